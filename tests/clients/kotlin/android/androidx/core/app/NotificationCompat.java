package androidx.core.app;

public class NotificationCompat {
    public static class Builder {
        public Builder(android.content.Context context, String channel) { }
        public Builder setContentTitle(CharSequence text) { return this; }
        public Builder setContentText(CharSequence text) { return this; }
        public Builder setSmallIcon(int icon) { return this; }
        public Builder setOngoing(boolean ongoing) { return this; }
        public android.app.Notification build() { return null; }
    }
}
