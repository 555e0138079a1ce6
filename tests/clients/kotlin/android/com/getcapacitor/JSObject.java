package com.getcapacitor;

public class JSObject extends org.json.JSONObject {
    public static JSObject fromJSONObject(org.json.JSONObject source) throws org.json.JSONException { return null; }
    @Override public JSObject put(String key, Object value) { return this; }
}
