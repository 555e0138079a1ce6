package com.latchkey.uploader.core

import java.io.File
import java.security.MessageDigest
import java.util.UUID
import org.json.JSONObject

/** `state` of an upload. The names in small letters are what the app sees. */
enum class State { WAITING, SENDING, PAUSED, DONE, FAILED, CANCELLED }

/**
 * One file to upload. [id] is its `Idempotency-Key` too, and [request] the body of its begin request: whoever sends both again begins
 * the same file, so a death between any two steps uploads nothing twice (docs/apps/uploads.md).
 *
 * @property user whose upload it is (`sub`); it is never sent with the tokens of another.
 * @property fileModified when the file was last written, in milliseconds: a file that changes is not uploaded half old, half new.
 * @property code why it has failed.
 */
data class Upload(
    val id: String, val user: String, val path: String, val size: Long, val fileModified: Long, val request: String, val queue: String,
    val deleteAfter: Boolean, val queuedAt: Long, val state: State = State.WAITING, val sent: Long = 0, val fileId: String? = null,
    val code: String? = null
) {
    val name: String get() = JSONObject(request).optString("name", "")

    val isActive get() = state == State.WAITING || state == State.SENDING

    /** Null if the file is there and as it was; otherwise the code. */
    fun fault(): String? {
        val file = File(path)
        if (!file.isFile) return "file_missing"
        return if (file.length() != size || file.lastModified() != fileModified) "file_changed" else null
    }

    fun toJson(): JSONObject = JSONObject().put("id", id).put("user", user).put("path", path).put("size", size)
        .put("fileModified", fileModified).put("request", request).put("queue", queue).put("deleteAfter", deleteAfter)
        .put("queuedAt", queuedAt).put("state", state.name).put("sent", sent).put("fileId", fileId).put("code", code)

    /** What the app sees (src/definitions.ts). */
    fun status(): JSONObject = JSONObject().put("id", id).put("name", name).put("size", size).put("sent", sent)
        .put("state", STATES[state.ordinal]).put("fileId", fileId).put("code", code)

    companion object {
        private val STATES = listOf("waiting", "sending", "paused", "done", "failed", "cancelled")
        private val FIELDS = listOf("folder", "space", "contentType", "sha256", "md5", "modifiedAt", "takenAt", "metadata", "tags")

        /** From this size on the bytes go in blocks, of which a broken line loses one at most. */
        const val BLOCKS_FROM = 8L * 1024 * 1024

        /**
         * From a file of `enqueue`. With `asset`, the photo's id on this phone, the key follows from it, from size and time: the same
         * photo is begun once, even if the app queues it again after it was installed anew.
         *
         * @throws IllegalArgumentException there is no such file, or no name.
         */
        fun of(file: JSONObject, path: String, user: String, queue: String, now: Long): Upload {
            val source = File(path)
            require(source.isFile) { "There is no file $path." }
            val name = file.optString("name", "").ifEmpty { source.name }
            val request = JSONObject().put("name", name).put("size", source.length()).put("resumable", source.length() >= BLOCKS_FROM)
            for (field in FIELDS) if (file.has(field) && !file.isNull(field)) request.put(field, file.get(field))
            val asset = file.optString("asset", "")
            val space = request.optString("space", "me")
            val id = if (asset.isEmpty()) UUID.randomUUID().toString()
                else "asset-" + sha256("$asset\n${source.length()}\n${request.optString("modifiedAt", "")}\n$user\n$space").substring(0, 40)
            return Upload(id, user, source.absolutePath, source.length(), source.lastModified(), request.toString(), queue,
                file.optBoolean("deleteAfter", false), now)
        }

        fun of(json: JSONObject) = Upload(json.getString("id"), json.getString("user"), json.getString("path"), json.getLong("size"),
            json.getLong("fileModified"), json.getString("request"), json.getString("queue"), json.getBoolean("deleteAfter"),
            json.getLong("queuedAt"), State.valueOf(json.getString("state")), json.getLong("sent"),
            json.optString("fileId", "").ifEmpty { null }, json.optString("code", "").ifEmpty { null })

        private fun sha256(text: String): String = MessageDigest.getInstance("SHA-256").digest(text.toByteArray(Charsets.UTF_8))
            .joinToString("") { String.format(java.util.Locale.ROOT, "%02x", it) }
    }
}
