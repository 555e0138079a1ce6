using static Latchkey.Languages.Texts;

namespace Latchkey.Pages;

/// <summary>The texts of the page my-files that stand in its views. Those of its scripts have such keys too.</summary>
public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string FilesAccountMenu => Text();
    public static string FilesAdd => Text();
    public static string FilesClose => Text();
    public static string FilesCopy => Text();
    public static string FilesCopyLinkNow => Text();
    public static string FilesCreateLink => Text();
    public static string FilesDropHere => Text();
    public static string FilesFoldersAndFiles => Text();
    public static string FilesGroup => Text();
    public static string FilesInstall => Text();
    public static string FilesLinkDownloads => Text();
    public static string FilesLinkPassword => Text();
    public static string FilesMayEdit => Text();
    public static string FilesMayView => Text();
    public static string FilesMenu => Text();
    public static string FilesMore => Text();
    public static string FilesMove => Text();
    public static string FilesMoveHere => Text();
    public static string FilesNeedsScripts => Text();
    public static string FilesNewFolder => Text();
    public static string FilesNext => Text();
    public static string FilesNobodyYet => Text();
    public static string FilesNotices => Text();
    public static string FilesNotSignedIn => Text();
    public static string FilesOffline => Text();
    public static string FilesOk => Text();
    public static string FilesOpen => Text();
    public static string FilesOpenFolder => Text();
    public static string FilesPath => Text();
    public static string FilesPeople => Text();
    public static string FilesPermission => Text();
    public static string FilesPerson => Text();
    public static string FilesPrevious => Text();
    public static string FilesSearch => Text();
    public static string FilesSendLink => Text();
    public static string FilesShare => Text();
    public static string FilesShareByLink => Text();
    public static string FilesShareUntil => Text();
    public static string FilesShareWith => Text();
    public static string FilesSharedWith => Text();
    public static string FilesSort => Text();
    public static string FilesSpaces => Text();
    public static string FilesUploads => Text();
    public static string FilesViewAs => Text();
    public static string FilesWithGroup => Text();
    public static string FilesWithUser => Text();
}
