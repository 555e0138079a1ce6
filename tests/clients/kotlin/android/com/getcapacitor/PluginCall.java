package com.getcapacitor;

public class PluginCall {
    public String getString(String name) { return null; }
    public Boolean getBoolean(String name, Boolean otherwise) { return null; }
    public JSArray getArray(String name) { return null; }
    public void resolve() { }
    public void resolve(JSObject data) { }
    public void reject(String message, Exception error) { }
}
