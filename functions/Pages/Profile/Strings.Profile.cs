using static Latchkey.Languages.Texts;

namespace Latchkey.Pages;

public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string EditProfile => Text();
    public static string FamilyName => Text();
    public static string FilePicture => Text();
    public static string GivenName => Text();
    public static string LanguageAsBrowser => Text();
    public static string Nickname => Text();
    public static string NoFilePicture => Text();
    public static string NoTimeZone => Text();
    public static string Profile => Text();
    public static string ProfileSaved => Text();
    public static string TimeZone => Text();
    public static string NoRoomForPicture => Text();
    public static string PictureFileFault => Text();
    public static string UploadPicture => Text();
    public static string UploadPictureButton => Text();
    public static string UploadPictureHint => Text();
    public static string WebPicture => Text();

    /// <summary>What is wrong with a field of the profile.</summary>
    public static string ProfileFault(string field) => field switch
    {
        Latchkey.Account.ProfileFields.Picture => PictureFault,
        Latchkey.Account.ProfileFields.ZoneInfo => TimeZoneFault,
        _ => ProfileTextFault(Latchkey.Account.ProfileFields.MaxChars),
    };

    static string PictureFault => Text();

    static string TimeZoneFault => Text();

    static string ProfileTextFault(int characters) => Text(("characters", characters));
}
