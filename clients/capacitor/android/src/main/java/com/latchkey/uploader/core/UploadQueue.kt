package com.latchkey.uploader.core

import java.io.File
import java.io.FileOutputStream
import java.io.IOException
import org.json.JSONException
import org.json.JSONObject

/** The uploads, a file each in a folder of the app. They hold no token and no URL. The app's threads share one object of a folder. */
class UploadQueue(private val folder: File) {
    init {
        folder.mkdirs()
    }

    /** Adds an upload. One with the same id that has not failed and was not cancelled stays as it is. */
    @Synchronized
    fun add(upload: Upload) {
        if (takes(upload.id)) write(upload)
    }

    /** True if `add` would add an upload with this id. */
    fun takes(id: String): Boolean = find(id).let { it == null || it.state == State.FAILED || it.state == State.CANCELLED }

    @Synchronized
    fun find(id: String): Upload? = read(file(id))

    /** In the order in which they were queued. */
    @Synchronized
    fun all(): List<Upload> = files().mapNotNull { read(it) }.sortedWith(compareBy({ it.queuedAt }, { it.id }))

    /** The next upload of a user in one of the queues (with or without constraints). */
    fun next(queue: String, user: String?, except: Set<String>): Upload? =
        all().firstOrNull { it.isActive && it.queue == queue && it.user == user && it.id !in except }

    /** Changes an upload that is waiting or being sent; false if it is neither (any more). */
    @Synchronized
    fun advance(id: String, change: (Upload) -> Upload): Boolean {
        val upload = find(id)?.takeIf { it.isActive } ?: return false
        write(change(upload))
        return true
    }

    /** Sets the state of those whose state is one of [from]; answers what has changed. */
    @Synchronized
    fun move(ids: Collection<String>?, from: Set<State>, to: State): List<Upload> = all()
        .filter { (ids == null || it.id in ids) && it.state in from }
        .map { it.copy(state = to, code = null) }
        .onEach { write(it) }

    @Synchronized
    fun forget(id: String) {
        file(id).delete()
    }

    /** Deletes the files of a folder that no upload needs any more. Nothing if one of the uploads can't be read. */
    @Synchronized
    fun sweep(copies: File) {
        val uploads = all()
        if (uploads.size < files().size) return
        val needed = uploads.filter { it.state != State.DONE && it.state != State.CANCELLED }.map { it.path }.toSet()
        copies.listFiles().orEmpty().filter { it.absolutePath !in needed }.forEach { it.delete() }
    }

    private fun files() = folder.listFiles().orEmpty().filter { it.name.endsWith(".json") }

    private fun file(id: String): File {
        require(ID.matches(id)) { "This is no id of an upload." }
        return File(folder, "$id.json")
    }

    private fun read(file: File): Upload? = try {
        Upload.of(JSONObject(file.readText()))
    } catch (e: IOException) {
        null
    } catch (e: JSONException) {
        null
    }

    // Whole or not at all, whenever the process dies.
    private fun write(upload: Upload) {
        val part = File(folder, "${upload.id}.part")
        FileOutputStream(part).use {
            it.write(upload.toJson().toString().toByteArray(Charsets.UTF_8))
            it.fd.sync()
        }
        if (!part.renameTo(file(upload.id))) throw IOException("The queue can't be written.")
    }

    private companion object {
        val ID = Regex("[A-Za-z0-9-]{1,64}")
    }
}
