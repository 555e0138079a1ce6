using static Latchkey.Languages.Texts;

namespace Latchkey.Pages;

public static partial class Strings
{
#pragma warning disable CS1591 // The strings document themselves.
    public static string UseApi => Text();

    public static string AtApi(string api) => Text(("api", api));

    public static string NotVerified(string tenant) => Text(("tenant", tenant));
}
