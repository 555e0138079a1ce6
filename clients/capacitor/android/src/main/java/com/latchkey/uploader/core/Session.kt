package com.latchkey.uploader.core

import java.io.File
import java.io.RandomAccessFile
import java.net.URLEncoder
import java.util.concurrent.ConcurrentHashMap
import java.util.concurrent.locks.ReentrantLock
import kotlin.concurrent.withLock
import org.json.JSONException
import org.json.JSONObject

/** The app's secure store: values by name. Nobody else can read it. `set` and `remove` hold [LOCK]. */
interface SecureStore {
    /** Null if there is no such value. @throws java.io.IOException it can't be read now. */
    fun get(name: String): String?

    /** Returns once the value is on the disk. */
    fun set(name: String, value: String)

    fun remove(name: String)

    companion object {
        /** Whoever looks at a value and then writes holds it for both, so that no sign-out or sign-in comes in between. */
        val LOCK = Any()
    }
}

/** There are no tokens, or the service no longer takes them: the user has to sign in. */
class SignedOut : Exception("The user has to sign in.")

/** One holder at a time: in this process by a lock, in others of the app by a lock on a file. */
class FileLock(private val file: File) {
    fun <T> hold(action: () -> T): T = LOCKS.getOrPut(file.canonicalPath) { ReentrantLock() }.withLock {
        RandomAccessFile(file, "rw").use { open ->
            open.channel.lock() // Ends when the file is closed, or with the process.
            action()
        }
    }

    private companion object {
        val LOCKS = ConcurrentHashMap<String, ReentrantLock>()
    }
}

/**
 * The session of `@latchkey/client`, from the value that it keeps in the secure store: `latchkey:tokens:{issuer}:{clientId}`.
 * The web view refreshes the same tokens, so a new value is written only if the store still holds the token that was sent.
 */
class Session(
    private val issuer: String, private val clientId: String, private val store: SecureStore, private val http: Http, lockFile: File,
    private val now: () -> Long = System::currentTimeMillis
) {
    private val name = "latchkey:tokens:$issuer:$clientId"
    private val lock = FileLock(lockFile)

    /** The user (`sub`) to whom the stored tokens belong; null if nobody is signed in. It is not verified: the service does that. */
    fun user(): String? = read()?.let { subject(it.optString("accessToken", "")) }

    /**
     * An access token that is good for a minute at least; refreshed if there is none. [refused] is one that the service did not take.
     *
     * @throws SignedOut nobody is signed in. @throws TryLater the service can't say now.
     */
    fun accessToken(refused: String? = null): String {
        fresh(read(), refused)?.let { return it }
        return lock.hold {
            // Whoever held the lock before has refreshed, or the web view has.
            val before = read()
            fresh(before, refused) ?: refresh(before ?: throw SignedOut())
        }
    }

    private fun fresh(tokens: JSONObject?, refused: String?): String? = tokens
        ?.takeIf { it.optLong("expiresAt", 0) - now() > 60_000 }
        ?.optString("accessToken", "")
        ?.takeIf { it.isNotEmpty() && it != refused }

    /** RFC 6749 section 6. If the process dies before the write, the old token gets the same successor again (docs/apps/sign-in.md). */
    private fun refresh(before: JSONObject): String {
        val sent = before.optString("refreshToken", "")
        if (sent.isEmpty() || before.optString("tokenType", "Bearer").equals("DPoP", ignoreCase = true)) throw SignedOut()
        val form = listOf("grant_type" to "refresh_token", "refresh_token" to sent, "client_id" to clientId)
            .joinToString("&") { (key, value) -> key + "=" + URLEncoder.encode(value, "UTF-8") }
        val answer = http.send("POST", "$issuer/oauth/token",
            mapOf("Content-Type" to "application/x-www-form-urlencoded", "Accept" to "application/json"), form)
        return synchronized(SecureStore.LOCK) { keep(answer, sent) }
    }

    private fun keep(answer: Answer, sent: String): String {
        val current = read() ?: throw SignedOut() // Signed out meanwhile: what came is not kept.
        if (current.optString("refreshToken", "") != sent) return fresh(current, null) ?: throw TryLater("Somebody else refreshed.", 1)
        if (answer.code in ENDED) throw SignedOut() // The web view finds the same and tells the user.
        val token = answer.json.optString("access_token", "")
        if (!answer.isSuccess || token.isEmpty()) throw answer.later()
        current.put("accessToken", token)
        current.put("tokenType", answer.json.optString("token_type", "Bearer"))
        current.put("expiresAt", now() + answer.json.optLong("expires_in", 60) * 1000)
        for ((ours, theirs) in RENEWED) answer.json.optString(theirs, "").takeIf { it.isNotEmpty() }?.let { current.put(ours, it) }
        store.set(name, current.toString())
        return token
    }

    // Null too if it is of a form that this version does not know.
    private fun read(): JSONObject? = store.get(name)
        ?.let { try { JSONObject(it) } catch (e: JSONException) { null } }
        ?.takeIf { it.optInt("v", 0) == 1 }

    companion object {
        private val ENDED = setOf("invalid_grant", "invalid_client", "unauthorized_client")
        private val RENEWED = listOf("refreshToken" to "refresh_token", "idToken" to "id_token", "scope" to "scope")

        /** `sub` of a JWT; null if it is none. */
        fun subject(token: String): String? = try {
            JSONObject(String(Base64.decodeUrl(token.split('.')[1]), Charsets.UTF_8)).optString("sub", "").ifEmpty { null }
        } catch (e: RuntimeException) {
            null
        } catch (e: JSONException) {
            null
        }
    }
}
