using static Latchkey.Languages.Texts;

namespace Latchkey.OAuth;

static partial class MailStrings
{
    public static string MailSignInAsked(string tenant) => Text(("tenant", tenant));

    public static string MailSignInIgnore => Text();
}
