namespace Latchkey.WorkerHost;

/// <summary>The worker does not do what a worker must.</summary>
sealed class WorkerException(string message) : Exception(message);
