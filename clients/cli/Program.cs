using Latchkey.Cli;

return await CommandLine.Run(args,
    new Terminal(Console.In, Console.Out, Console.Error, Environment.GetEnvironmentVariable) { Browser = Terminal.OpenBrowser });
