namespace Latchkey.Workshop;

/// <summary>Something that the developer can read and mend: its message is all that is printed.</summary>
sealed class Failure(string message) : Exception(message);
