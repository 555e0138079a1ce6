package androidx.work;

public final class ForegroundInfo {
    public ForegroundInfo(int id, android.app.Notification notification) { }
    public ForegroundInfo(int id, android.app.Notification notification, int type) { }
}
