package android.content;

public abstract class Context {
    public static final int MODE_PRIVATE = 0;
    public static final String NOTIFICATION_SERVICE = "notification";
    public abstract SharedPreferences getSharedPreferences(String name, int mode);
    public abstract java.io.File getFilesDir();
    public abstract Context getApplicationContext();
    public abstract ContentResolver getContentResolver();
    public abstract Object getSystemService(String name);
}
