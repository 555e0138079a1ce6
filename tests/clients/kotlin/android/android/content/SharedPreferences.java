package android.content;

public interface SharedPreferences {
    String getString(String key, String otherwise);
    boolean getBoolean(String key, boolean otherwise);
    long getLong(String key, long otherwise);
    java.util.Map<String, ?> getAll();
    Editor edit();

    interface Editor {
        Editor putString(String key, String value);
        Editor putBoolean(String key, boolean value);
        Editor putLong(String key, long value);
        Editor remove(String key);
        boolean commit();
    }
}
