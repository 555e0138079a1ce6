package com.latchkey.uploader

import android.net.Uri
import android.provider.OpenableColumns
import com.getcapacitor.JSArray
import com.getcapacitor.JSObject
import com.getcapacitor.Plugin
import com.getcapacitor.PluginCall
import com.getcapacitor.PluginMethod
import com.getcapacitor.annotation.CapacitorPlugin
import com.latchkey.uploader.core.Http
import com.latchkey.uploader.core.State
import com.latchkey.uploader.core.Upload
import java.io.File
import java.io.IOException
import java.util.UUID
import java.util.concurrent.Executor
import java.util.concurrent.Executors
import org.json.JSONObject

/** The calls of src/definitions.ts. They read and write files, so they run beside the main thread. */
@CapacitorPlugin(name = "LatchkeyUploader")
class UploaderPlugin : Plugin(), Uploader.Listener {
    private val store by lazy { KeystoreStore(context) }

    override fun load() {
        Uploader.listener = this
    }

    override fun handleOnDestroy() {
        if (Uploader.listener === this) Uploader.listener = null // Not if the next activity is there already.
        super.handleOnDestroy()
    }

    @PluginMethod
    fun configure(call: PluginCall) = answer(call) {
        val issuer = required(call, "issuer")
        val allowLocal = call.getBoolean("allowLocalHttp", false) == true
        require(Http.isSafe(issuer, allowLocal)) { "The issuer has to be https." }
        Uploader.configure(context, issuer, required(call, "clientId"), allowLocal, call.getString("title") ?: "Uploads")
            .queue.sweep(copies()) // Of a process that died between the copy and the queue, or between the upload and the deletion.
        goOn()
        null
    }

    @PluginMethod
    fun enqueue(call: PluginCall) = answer(call) {
        val uploader = uploader()
        val user = uploader.session.user() ?: throw IllegalStateException("Nobody is signed in.")
        val queue = UploadWorker.queue(call.getBoolean("unmetered", false) == true, call.getBoolean("charging", false) == true)
        val files = call.getArray("files") ?: throw IllegalArgumentException("`files` is missing.")
        try {
            // All are read before the first is added: if one can't be, the app may hand over the same list again.
            val uploads = (0 until files.length()).map { n ->
                val file = files.getJSONObject(n)
                val upload = Upload.of(file, localFile(file), user, queue, System.currentTimeMillis())
                val isNew = uploader.queue.takes(upload.id)
                if (!isNew && File(upload.path).parentFile == copies()) File(upload.path).delete()
                Pair(upload, isNew)
            }
            uploads.forEach { (upload, isNew) -> if (isNew) uploader.queue.add(upload) }
            JSObject().put("ids", JSArray(uploads.map { (upload, _) -> upload.id }))
        } finally {
            uploader.queue.sweep(copies()) // Copies of a list that was refused, or of an upload that had failed and was added again.
            UploadWorker.schedule(context, queue)
        }
    }

    @PluginMethod
    fun pause(call: PluginCall) = answer(call) {
        moved(call, setOf(State.WAITING, State.SENDING), State.PAUSED)
        null
    }

    @PluginMethod
    fun resume(call: PluginCall) = answer(call) {
        moved(call, setOf(State.PAUSED, State.FAILED), State.WAITING)
        goOn(now = true) // Also what was waiting for its next try.
        null
    }

    @PluginMethod
    fun cancel(call: PluginCall) = answer(call) {
        moved(call, setOf(State.WAITING, State.SENDING, State.PAUSED, State.FAILED), State.CANCELLED)
            .forEach { if (it.deleteAfter) File(it.path).delete() }
        null
    }

    @PluginMethod
    fun list(call: PluginCall) = answer(call) {
        val uploader = uploader()
        val user = uploader.session.user()
        JSObject().put("uploads", JSArray(uploader.queue.all().filter { it.user == user }.map { it.status() }))
    }

    @PluginMethod
    fun clear(call: PluginCall) = answer(call) {
        val uploader = uploader()
        uploader.queue.all().filter { it.state == State.DONE || it.state == State.CANCELLED }.forEach { uploader.queue.forget(it.id) }
        null
    }

    @PluginMethod
    fun getItem(call: PluginCall) = answer(call, SECRETS) { JSObject().put("value", store.get(required(call, "key")) ?: JSONObject.NULL) }

    @PluginMethod
    fun setItem(call: PluginCall) = answer(call, SECRETS) {
        store.set(required(call, "key"), call.getString("value") ?: throw IllegalArgumentException("`value` is missing."))
        goOn() // The user may have signed in.
        null
    }

    @PluginMethod
    fun removeItem(call: PluginCall) = answer(call, SECRETS) {
        store.remove(required(call, "key"))
        null
    }

    @PluginMethod
    fun keys(call: PluginCall) = answer(call, SECRETS) { JSObject().put("keys", JSArray(store.names().toList())) }

    override fun changed(upload: Upload) = notifyListeners("changed", JSObject.fromJSONObject(upload.status()))

    override fun signedOut() = notifyListeners("signedOut", JSObject())

    private fun goOn(now: Boolean = false) {
        val uploader = Uploader.of(context) ?: return
        val user = try {
            uploader.session.user() ?: return
        } catch (e: IOException) {
            return // The Keystore does not work now: the next call goes on.
        }
        val waiting = uploader.queue.all().filter { it.isActive && it.user == user }
        waiting.map { it.queue }.distinct().forEach { UploadWorker.schedule(context, it, now) }
    }

    private fun uploader() = Uploader.of(context) ?: throw IllegalStateException("Call `configure` first.")

    private fun moved(call: PluginCall, from: Set<State>, to: State): List<Upload> {
        val ids = call.getArray("ids")?.let { all -> (0 until all.length()).map { all.getString(it) } }
        return uploader().queue.move(ids, from, to).onEach { changed(it) }
    }

    // What the gallery and other apps hand over (content:) may be read now and perhaps not later, so a copy is made.
    private fun localFile(file: JSONObject): String {
        val uri = Uri.parse(file.getString("path"))
        if (uri.scheme == null || uri.scheme == "file") return uri.path ?: throw IllegalArgumentException("`path` names no file.")
        require(uri.scheme == "content") { "`path` is a file: or content: address." }
        val copy = File(copies().apply { mkdirs() }, UUID.randomUUID().toString())
        val source = context.contentResolver.openInputStream(uri) ?: throw IOException("The file can't be read.")
        source.use { from -> copy.outputStream().use { from.copyTo(it) } }
        if (file.isNull("name")) displayName(uri)?.let { file.put("name", it) }
        if (file.isNull("contentType")) context.contentResolver.getType(uri)?.let { file.put("contentType", it) }
        file.put("deleteAfter", true)
        return copy.path
    }

    private fun copies() = File(context.filesDir, "latchkey-copies")

    private fun displayName(uri: Uri): String? =
        context.contentResolver.query(uri, arrayOf(OpenableColumns.DISPLAY_NAME), null, null, null)
            ?.use { if (it.moveToFirst()) it.getString(0) else null }

    private fun required(call: PluginCall, name: String): String =
        call.getString(name)?.takeIf { it.isNotEmpty() } ?: throw IllegalArgumentException("`$name` is missing.")

    private fun answer(call: PluginCall, thread: Executor = FILES, work: () -> JSObject?) {
        thread.execute {
            try {
                val result = work()
                if (result == null) call.resolve() else call.resolve(result)
            } catch (e: Exception) {
                call.reject(e.message ?: e.toString(), e)
            }
        }
    }

    private companion object {
        // For all activities of the process, so that one sweeps no copy that another makes.
        val FILES: Executor = Executors.newSingleThreadExecutor()

        // A token need not wait until a film is copied.
        val SECRETS: Executor = Executors.newSingleThreadExecutor()
    }
}
