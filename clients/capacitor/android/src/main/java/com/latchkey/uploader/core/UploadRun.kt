package com.latchkey.uploader.core

import java.io.File
import java.io.IOException
import java.net.URLEncoder
import java.util.Locale
import org.json.JSONException
import org.json.JSONObject

/** How a run has ended. */
sealed class Outcome {
    /** The file is on the server. */
    object Done : Outcome()

    /** It was refused for good, or the file is not there any more; the upload says why. */
    object Failed : Outcome()

    /** No network, or the service is busy. [seconds] is `Retry-After`. */
    class Later(val seconds: Int?) : Outcome()

    /** Nothing can go on before the user signs in. */
    object SignedOut : Outcome()

    /** Paused, cancelled, or ended by the system. */
    object Stopped : Outcome()
}

/**
 * Uploads one file: begin, the bytes, complete (docs/apps/uploads.md). Every run begins again with the same key, and the service says
 * what is missing. So a run needs nothing of the one before it, wherever that was killed.
 *
 * @param isStopped asked every 64 KiB.
 * @param onChange gets the upload when its state, or the number of bytes sent, has changed.
 */
class UploadRun(
    private val issuer: String, private val session: Session, private val http: Http, private val queue: UploadQueue,
    private val isStopped: () -> Boolean = { false }, private val onChange: (Upload) -> Unit = {}
) {
    fun run(id: String): Outcome = try {
        if (upload(id)) Outcome.Done else Outcome.Later(null)
    } catch (e: Stopped) {
        Outcome.Stopped
    } catch (e: SignedOut) {
        Outcome.SignedOut
    } catch (e: Refused) {
        change(id) { it.copy(state = State.FAILED, code = e.code) }
        Outcome.Failed
    } catch (e: TryLater) {
        Outcome.Later(e.seconds)
    } catch (e: IOException) {
        Outcome.Later(null)
    } catch (e: JSONException) { // An answer of another form.
        Outcome.Later(null)
    } catch (e: RuntimeException) { // Of the Keystore, or a file that may not be read now: the work must not end by it.
        Outcome.Later(null)
    }

    // Three times: a URL may expire on the way, and an upload that took too long begins anew. False: try again later.
    private fun upload(id: String): Boolean {
        for (round in 1..3) {
            val upload = queue.find(id)
            if (upload == null || !upload.isActive || isStopped()) throw Stopped()
            if (session.user() != upload.user) throw SignedOut()
            upload.fault()?.let { throw Refused(0, it) }
            val begun = api(upload, "/files", upload.request, mapOf("Idempotency-Key" to "\"$id\""))
            if (!begun.isSuccess) {
                if (begun.status == 410) continue // It has expired meanwhile: the key begins another.
                throw Refused(begun.status, begun.code)
            }
            val fileId = begun.json.optString("id", "")
            if (fileId.isEmpty()) throw TryLater("The answer has no id.", null)
            if (!change(id) { it.copy(state = State.SENDING, fileId = fileId) }) throw Stopped()
            if (begun.json.optString("status", "") == "infected") throw Refused(0, "file_infected")
            // Available, being scanned, or deleted by the user since: nothing is to be sent.
            if (begun.json.optString("status", "") == "pending") {
                if (!send(upload, begun.json)) continue
                upload.fault()?.let { throw Refused(0, it) }
                if (!complete(begun.json, fileId, upload)) continue
            }
            if (change(id) { it.copy(state = State.DONE, sent = it.size) } && upload.deleteAfter) File(upload.path).delete()
            return true
        }
        return false
    }

    /** False if storage refused the bytes: the URL has expired, or they are there already. */
    private fun send(upload: Upload, begun: JSONObject): Boolean {
        val target = begun.optJSONObject("upload") ?: return true // One PUT whose answer was lost: the bytes are there.
        val url = target.getString("url")
        val headers = target.getJSONObject("headers").let { all ->
            all.keys().asSequence().map { it as String }.associateWith { all.getString(it) }
        }
        val size = target.optLong("blockSize", 0)
        if (size <= 0) return put(upload, url, headers, 0, upload.size, 0)
        val received = begun.optJSONArray("received")
        fun isThere(n: Int) = received != null && (0 until received.length()).map { received.getJSONArray(it) }
            .any { n >= it.getInt(0) && n <= it.getInt(1) }
        var sent = begun.optLong("receivedBytes", 0)
        for (n in 0 until blocks(upload.size, size)) {
            if (isThere(n)) continue
            val length = minOf(size, upload.size - n * size)
            val name = URLEncoder.encode(Base64.encode(String.format(Locale.ROOT, "%08d", n).toByteArray(Charsets.US_ASCII)), "UTF-8")
            if (!put(upload, "$url&comp=block&blockid=$name", headers, n * size, length, sent)) return false
            sent += length
            val whole = sent
            if (!change(upload.id) { it.copy(sent = whole) }) throw Stopped()
        }
        return true
    }

    private fun put(upload: Upload, url: String, headers: Map<String, String>, offset: Long, length: Long, before: Long): Boolean {
        var told = 0L
        val answer = http.put(url, headers, File(upload.path), offset, length) { bytes ->
            if (isStopped()) throw Stopped()
            if (bytes - told >= 256 * 1024) {
                told = bytes
                if (queue.find(upload.id)?.isActive != true) throw Stopped() // It reads a file.
                onChange(upload.copy(state = State.SENDING, sent = before + bytes))
            }
        }
        if (answer.isPassing) throw answer.later()
        return answer.isSuccess
    }

    /** False if bytes are missing or the upload has expired: begin says what is to be done. */
    private fun complete(begun: JSONObject, fileId: String, upload: Upload): Boolean {
        val size = begun.optJSONObject("upload")?.optLong("blockSize", 0) ?: 0
        val body = if (size > 0) JSONObject().put("blocks", blocks(upload.size, size)) else JSONObject()
        val answer = api(upload, "/files/$fileId/complete", body.toString(), emptyMap())
        if (answer.isSuccess) return true
        if (answer.status == 404 || answer.status == 410 || answer.code in UNFINISHED) return false
        throw Refused(answer.status, answer.code)
    }

    /** A POST to the service. A token that is not taken is refreshed once. */
    private fun api(upload: Upload, path: String, body: String, headers: Map<String, String>): Answer {
        var token = session.accessToken()
        for (attempt in 1..2) {
            if (Session.subject(token) != upload.user) throw SignedOut() // Another user has signed in meanwhile.
            val answer = http.send("POST", issuer + path,
                headers + mapOf("Authorization" to "Bearer $token", "Content-Type" to "application/json"), body)
            if (answer.isPassing || !answer.isOfService) throw answer.later()
            if (answer.status != 401) return answer
            if (attempt == 1) token = session.accessToken(refused = token)
        }
        throw SignedOut()
    }

    private fun change(id: String, change: (Upload) -> Upload): Boolean {
        val isChanged = queue.advance(id, change)
        if (isChanged) queue.find(id)?.let(onChange)
        return isChanged
    }

    private fun blocks(size: Long, blockSize: Long): Int = ((size + blockSize - 1) / blockSize).toInt()

    private companion object {
        val UNFINISHED = setOf("upload_missing", "upload_unfinished", "blocks_missing")
    }
}
