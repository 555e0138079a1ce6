package com.latchkey.uploader

import android.content.Context
import com.latchkey.uploader.core.Http
import com.latchkey.uploader.core.Outcome
import com.latchkey.uploader.core.Session
import com.latchkey.uploader.core.Upload
import com.latchkey.uploader.core.UploadQueue
import com.latchkey.uploader.core.UploadRun
import java.io.File

/** What plugin and worker share. The worker may run without the app, so the settings of `configure` are kept. */
class Uploader private constructor(
    context: Context, private val issuer: String, clientId: String, allowLocal: Boolean, val title: String, val queue: UploadQueue
) {
    private val http = Http(allowLocal)
    val session = Session(issuer, clientId, KeystoreStore(context), http, File(context.filesDir, "latchkey-refresh.lock"))

    fun run(id: String, isStopped: () -> Boolean): Outcome {
        val outcome = UploadRun(issuer, session, http, queue, isStopped) { listener?.changed(it) }.run(id)
        if (outcome is Outcome.SignedOut) listener?.signedOut()
        return outcome
    }

    /** Gets what happens while the app runs. */
    interface Listener {
        fun changed(upload: Upload)

        fun signedOut()
    }

    companion object {
        @Volatile var listener: Listener? = null
        private var made: Uploader? = null
        private var queue: UploadQueue? = null

        /** Keeps the settings. */
        fun configure(context: Context, issuer: String, clientId: String, allowLocal: Boolean, title: String): Uploader =
            synchronized(this) {
                val before = settings(context).all
                settings(context).edit().putString("issuer", issuer).putString("clientId", clientId).putBoolean("allowLocal", allowLocal)
                    .putString("title", title).commit()
                if (settings(context).all != before) made = null
                of(context)!!
            }

        /** Null before the first `configure`. */
        fun of(context: Context): Uploader? = synchronized(this) {
            made ?: settings(context).run {
                val issuer = getString("issuer", null) ?: return@run null
                val clientId = getString("clientId", null) ?: return@run null
                val title = getString("title", null) ?: "Uploads"
                val shared = queue ?: UploadQueue(File(context.filesDir, "latchkey-uploads")).also { queue = it }
                Uploader(context.applicationContext, issuer, clientId, getBoolean("allowLocal", false), title, shared).also { made = it }
            }
        }

        private fun settings(context: Context) = context.getSharedPreferences("latchkey-uploader", Context.MODE_PRIVATE)
    }
}
