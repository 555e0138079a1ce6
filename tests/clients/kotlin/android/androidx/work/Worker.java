package androidx.work;

public abstract class Worker extends ListenableWorker {
    public Worker(android.content.Context context, WorkerParameters parameters) { super(context, parameters); }
    public abstract Result doWork();
    public ForegroundInfo getForegroundInfo() { return null; }
}
