// Runs the plugin's plain Kotlin on the JVM, with a store in a file. capacitor-kotlin.test.js starts it, kills it, and starts it again.
import com.latchkey.uploader.core.Answer
import com.latchkey.uploader.core.Http
import com.latchkey.uploader.core.Outcome
import com.latchkey.uploader.core.SecureStore
import com.latchkey.uploader.core.Session
import com.latchkey.uploader.core.State
import com.latchkey.uploader.core.Upload
import com.latchkey.uploader.core.UploadQueue
import com.latchkey.uploader.core.UploadRun
import java.io.File
import kotlin.concurrent.thread
import org.json.JSONObject

/** Values as files of one folder, so that two processes share them. */
class FolderStore(private val folder: File) : SecureStore {
    private fun file(name: String) = File(folder, name.replace(Regex("[^A-Za-z0-9]"), "_"))

    /** Called once, when the next value has been read. */
    var afterGet: (() -> Unit)? = null

    override fun get(name: String): String? {
        val value = file(name).takeIf { it.exists() }?.readText()
        afterGet.also { afterGet = null }?.invoke()
        return value
    }

    override fun set(name: String, value: String) = synchronized(SecureStore.LOCK) {
        val part = File(folder, "part-${ProcessHandle.current().pid()}")
        part.writeText(value)
        check(part.renameTo(file(name)))
    }

    override fun remove(name: String) = synchronized(SecureStore.LOCK) {
        file(name).delete()
        Unit
    }
}

/**
 * Dies before or after a request of a number, as an app that the system ends; spoils the first storage URL if told to.
 *
 * @param onTokens called when the token endpoint has answered.
 */
class FaultyHttp(
    allowLocal: Boolean, private val dieBefore: Int, private val dieAfter: Int, private val spoil: Boolean, private val onTokens: () -> Unit
) : Http(allowLocal) {
    private var number = 0
    private var isSpoilt = false

    private fun counted(request: () -> Answer): Answer {
        number++
        if (number == dieBefore) Runtime.getRuntime().halt(9)
        val answer = request()
        if (number == dieAfter) Runtime.getRuntime().halt(9)
        return answer
    }

    override fun send(method: String, url: String, headers: Map<String, String>, body: String?): Answer =
        counted { super.send(method, url, headers, body) }.also { if (url.endsWith("/oauth/token")) onTokens() }

    override fun put(url: String, headers: Map<String, String>, file: File, offset: Long, length: Long, onBytes: (Long) -> Unit): Answer =
        counted {
            val target = if (spoil && !isSpoilt) url.replace("sig=", "sig=AA") else url
            isSpoilt = true
            super.put(target, headers, file, offset, length, onBytes)
        }
}

fun main(args: Array<String>) {
    val options = JSONObject(args[0])
    val folder = File(options.getString("folder"))
    val queue = UploadQueue(File(folder, "queue"))
    val issuer = options.getString("issuer")
    val store = FolderStore(folder)
    val tokens = "latchkey:tokens:$issuer:${options.getString("clientId")}"
    val http = FaultyHttp(options.optBoolean("allowLocal", true), options.optInt("dieBefore"), options.optInt("dieAfter"), options.optBoolean("spoil")) {
        // What the web view does meanwhile: another user signs in, or this one signs out between the session's reading and its writing.
        if (options.has("signsIn")) store.set(tokens, options.getString("signsIn"))
        if (options.has("signsOut")) store.afterGet = { thread { store.remove(tokens) }.join(500) }
    }
    val session = Session(issuer, options.getString("clientId"), store, http, File(folder, "lock"))
    when (options.getString("do")) {
        "add" -> {
            val user = checkNotNull(session.user()) { "Nobody is signed in." }
            val upload = Upload.of(options.getJSONObject("file"), options.getString("path"), user, "any", System.currentTimeMillis())
            queue.add(upload)
            println(JSONObject().put("id", upload.id))
        }
        "run" -> {
            val pauseAt = options.optLong("pauseAt", -1)
            val events = ArrayList<Long>()
            val run = UploadRun(issuer, session, http, queue) {
                events.add(it.sent)
                if (pauseAt in 0..it.sent) queue.move(setOf(it.id), setOf(State.WAITING, State.SENDING), State.PAUSED)
            }
            val id = options.getString("id")
            val outcome = run.run(id)
            println(JSONObject().put("outcome", outcome.javaClass.simpleName).put("seconds", (outcome as? Outcome.Later)?.seconds)
                .put("upload", queue.find(id)?.status()).put("events", events.size))
        }
        "resume" -> println(JSONObject().put("moved", queue.move(null, setOf(State.PAUSED, State.FAILED), State.WAITING).size))
        "sweep" -> {
            queue.sweep(File(folder, "copies"))
            println("{}")
        }
        "refresh" -> println(JSONObject().put("token", session.accessToken(options.optString("refused", "").ifEmpty { null })))
    }
}
