package com.getcapacitor;

public class JSArray extends org.json.JSONArray {
    public JSArray() { }
    public JSArray(java.util.Collection values) { }
}
