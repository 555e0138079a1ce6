package com.getcapacitor;

public class Plugin {
    public android.content.Context getContext() { return null; }
    public void load() { }
    protected void handleOnDestroy() { }
    protected void notifyListeners(String event, JSObject data) { }
}
