package androidx.work;

public final class Data {
    public String getString(String key) { return null; }

    public static final class Builder {
        public Builder putString(String key, String value) { return this; }
        public Data build() { return null; }
    }
}
