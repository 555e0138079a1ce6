using System.CommandLine;

namespace Latchkey.Cli;

/// <summary>What a shell needs to complete a line: its script, and the words that fit at the cursor.</summary>
static class Completion
{
    const string Bash = """
        # eval "$(latchkey completion bash)" in ~/.bashrc
        _latchkey() {
          local IFS=$'\n'
          COMPREPLY=($(latchkey complete "$COMP_POINT" "$COMP_LINE" 2>/dev/null))
        }
        complete -o default -F _latchkey latchkey
        """;

    const string Zsh = """
        # eval "$(latchkey completion zsh)" in ~/.zshrc, after compinit
        _latchkey() {
          compadd -- ${(f)"$(latchkey complete "$CURSOR" "$BUFFER" 2>/dev/null)"} || _files
        }
        compdef _latchkey latchkey
        """;

    public static IEnumerable<Command> All(Command root)
    {
        var shell = new Argument<string>("SHELL") { Description = "bash or zsh" }.AcceptOnlyFromAmong("bash", "zsh");
        var script = new Command("completion", "Print a script that lets a shell complete the command line") { shell };
        script.SetAction(typed =>
            typed.InvocationConfiguration.Output.WriteLine(typed.GetRequiredValue(shell) == "bash" ? Bash : Zsh));
        yield return script;

        var cursor = new Argument<int>("CURSOR");
        var line = new Argument<string>("LINE");
        var words = new Command("complete", "Print the words that fit at the cursor") { cursor, line };
        words.Hidden = true;
        words.SetAction(typed =>
        {
            // The first word is the program, under whatever name.
            var text = typed.GetRequiredValue(line);
            var start = text.IndexOf(' ', StringComparison.Ordinal) is var space and >= 0 ? space + 1 : text.Length;
            var at = Math.Clamp(typed.GetRequiredValue(cursor) - start, 0, text.Length - start);
            foreach (var word in root.Parse(text[start..]).GetCompletions(at))
                typed.InvocationConfiguration.Output.WriteLine(word.InsertText ?? word.Label);
        });
        yield return words;
    }
}
