namespace Latchkey.Workshop;

/// <summary>What a local service keeps between two starts. While this object lives, no other <c>up</c> can use or delete it.</summary>
sealed class LocalData : IDisposable
{
    static readonly string[] Folders = ["azurite", "mail"];

    readonly Instance instance;
    readonly FileStream held;

    LocalData(Instance instance, FileStream held) => (this.instance, this.held) = (instance, held);

    /// <summary>Takes hold of it.</summary>
    /// <exception cref="Failure">It is in use.</exception>
    public static LocalData Open(Instance instance)
    {
        Directory.CreateDirectory(instance.Folder);
        try
        {
            // The system lets go of it with the process, however that ends.
            return new(instance,
                new FileStream(Path.Combine(instance.Folder, "up.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException)
        {
            throw new Failure($"up runs already at port {instance.Port}, with the data in {instance.Folder}. Stop it with Ctrl-C, or start "
                + $"a second one beside it: dotnet dev.cs up --port {Beside(instance)}");
        }
    }

    /// <summary>A port for a second one beside it.</summary>
    public static int Beside(Instance instance) => instance.Port + 10;

    /// <summary>Deletes it.</summary>
    /// <exception cref="Failure">Something may still be using it; nothing was deleted.</exception>
    public async Task Reset()
    {
        foreach (var port in (int[])[instance.Port, .. instance.Azurite])
        {
            if (Ports.IsBusy(port))
                throw new Failure($"Nothing was deleted: {await Ports.Holder(port)} still listens on {port}. Stop it and try again.");
        }
        foreach (var folder in Folders.Select(name => Path.Combine(instance.Folder, name)).Where(Directory.Exists))
            Directory.Delete(folder, recursive: true);
        foreach (var file in (string[])["keys.json", "keys.json.lock"]) File.Delete(Path.Combine(instance.Folder, file));
        Console.WriteLine($"The data in {instance.Folder} are deleted: files, users, tenants, keys, mails.");
    }

    public void Dispose() => held.Dispose();
}
