package com.latchkey.uploader.core

import java.io.File
import java.io.IOException
import java.io.InputStream
import java.io.RandomAccessFile
import java.net.HttpURLConnection
import java.net.URL
import org.json.JSONException
import org.json.JSONObject

/** The service or storage says "later", or the answer makes no sense now. [seconds] is `Retry-After`. */
class TryLater(message: String, val seconds: Int?) : IOException(message)

/** The service refuses a request for good. [code] is one of docs/reference/errors.md. */
class Refused(val status: Int, val code: String) : Exception("$status $code")

/** Somebody has paused or cancelled the upload, or the system stops the work. */
class Stopped : Exception("The upload was stopped.")

/** An answer; of a storage error the body is XML and [json] is empty. */
class Answer(val status: Int, val body: String, private val retryAfter: String?) {
    val isSuccess get() = status in 200..299

    val json: JSONObject by lazy { try { JSONObject(body) } catch (e: JSONException) { JSONObject() } }

    /** `code` of problem+json (RFC 9457), or `error` of an OAuth error (RFC 6749 section 5.2). */
    val code: String get() = json.optString("code", "").ifEmpty { json.optString("error", "").ifEmpty { "http_$status" } }

    /** True if the service has answered: what it refuses has a code. A proxy's page, or that of a wrong address, has none. */
    val isOfService get() = isSuccess || json.has("code") || json.has("error")

    /** True if the same request may succeed later: RFC 9110 sections 15.5.9 and 15.6, RFC 6585 section 4. */
    val isPassing get() = status == 408 || status == 429 || status >= 500

    /** Seconds of `Retry-After`, at most an hour; a date is not read, because the clocks may differ. */
    fun later(): TryLater = TryLater("$status $code", retryAfter?.trim()?.toIntOrNull()?.coerceIn(1, 3600))
}

/**
 * Requests by HttpURLConnection, which Android and the JVM have. It follows no redirect, so that a token goes nowhere else.
 *
 * Open for the tests, which break it off.
 *
 * @param allowLocal plain http is allowed to addresses of this machine and of a private network, for local development.
 */
open class Http(private val allowLocal: Boolean) {
    /** A small request. @throws IOException there is no answer. */
    open fun send(method: String, url: String, headers: Map<String, String>, body: String?): Answer {
        val request = open(method, url, headers)
        try {
            if (body != null) {
                val bytes = body.toByteArray(Charsets.UTF_8)
                request.doOutput = true
                request.setFixedLengthStreamingMode(bytes.size)
                request.outputStream.use { it.write(bytes) }
            }
            return answer(request)
        } finally {
            request.disconnect()
        }
    }

    /**
     * Sends [length] bytes of a file from [offset] on. Storage wants a length and no chunks.
     *
     * @param onBytes gets how many bytes of this request have been sent; it throws [Stopped] to end it.
     */
    open fun put(url: String, headers: Map<String, String>, file: File, offset: Long, length: Long, onBytes: (Long) -> Unit): Answer {
        val request = open("PUT", url, headers)
        try {
            request.doOutput = true
            request.setFixedLengthStreamingMode(length)
            RandomAccessFile(file, "r").use { source ->
                source.seek(offset)
                request.outputStream.use { target ->
                    val buffer = ByteArray(64 * 1024)
                    var sent = 0L
                    while (sent < length) {
                        onBytes(sent)
                        val read = source.read(buffer, 0, minOf(buffer.size.toLong(), length - sent).toInt())
                        if (read < 0) throw IOException("The file has become shorter.")
                        target.write(buffer, 0, read)
                        sent += read
                    }
                }
            }
            return answer(request)
        } finally {
            request.disconnect()
        }
    }

    private fun open(method: String, url: String, headers: Map<String, String>): HttpURLConnection {
        if (!isSafe(url, allowLocal)) throw Refused(0, "plain_http")
        val request = URL(url).openConnection() as HttpURLConnection
        request.requestMethod = method
        request.instanceFollowRedirects = false
        request.useCaches = false
        request.connectTimeout = 15_000
        request.readTimeout = 60_000
        for ((name, value) in headers) request.setRequestProperty(name, value)
        return request
    }

    private fun answer(request: HttpURLConnection): Answer {
        val status = request.responseCode
        val stream: InputStream? = if (status < 400) request.inputStream else request.errorStream
        val body = stream?.use { String(it.readBytes(), Charsets.UTF_8) } ?: ""
        return Answer(status, body, request.getHeaderField("Retry-After"))
    }

    companion object {
        private val PRIVATE = Regex("(localhost|127([.][0-9]{1,3}){3}|10([.][0-9]{1,3}){3}|192[.]168([.][0-9]{1,3}){2}" +
            "|172[.](1[6-9]|2[0-9]|3[01])([.][0-9]{1,3}){2})")

        /** https, or plain http to this machine or a private network (RFC 1918) if the app allows it. */
        fun isSafe(url: String, allowLocal: Boolean): Boolean = try {
            val parsed = URL(url)
            parsed.userInfo == null && (parsed.protocol == "https" ||
                allowLocal && parsed.protocol == "http" && PRIVATE.matches(parsed.host))
        } catch (e: java.net.MalformedURLException) {
            false
        }
    }
}
