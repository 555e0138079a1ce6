namespace Latchkey.Workshop;

/// <summary>A child's output: in a file, its end in memory, and on the console while <see cref="Echo"/> is set.</summary>
sealed class LogFile
{
    readonly Queue<string> tail = [];

    public LogFile(string path)
    {
        Path = path;
        Directory.CreateDirectory(System.IO.Path.GetDirectoryName(path)!);
        File.WriteAllText(path, "");
    }

    public string Path { get; }

    public bool Echo { get; set; }

    /// <summary>The last twenty lines.</summary>
    public string Tail => string.Join('\n', tail.ToArray());

    public void Write(string line)
    {
        File.AppendAllText(Path, line + "\n");
        tail.Enqueue(line);
        if (tail.Count > 20)
            tail.Dequeue();
        if (Echo)
            Console.WriteLine(line);
    }
}
