package com.latchkey.uploader

import android.content.Context
import android.security.keystore.KeyGenParameterSpec
import android.security.keystore.KeyProperties
import android.util.Base64
import com.latchkey.uploader.core.SecureStore
import java.io.IOException
import java.security.GeneralSecurityException
import java.security.KeyStore
import java.security.ProviderException
import javax.crypto.AEADBadTagException
import javax.crypto.Cipher
import javax.crypto.KeyGenerator
import javax.crypto.SecretKey
import javax.crypto.spec.GCMParameterSpec

/** Values encrypted by AES-GCM with a key that never leaves Android's Keystore. The name of a value is authenticated with it. */
class KeystoreStore(context: Context) : SecureStore {
    private val values = context.getSharedPreferences("latchkey-uploader-secrets", Context.MODE_PRIVATE)

    /**
     * Null too if it can never be decrypted again, as after a backup was restored on another phone: the user signs in again.
     *
     * @throws IOException the Keystore does not work now.
     */
    override fun get(name: String): String? {
        val text = values.getString(name, null) ?: return null
        return try {
            val bytes = Base64.decode(text, Base64.NO_WRAP)
            val cipher = Cipher.getInstance(CIPHER)
            cipher.init(Cipher.DECRYPT_MODE, key(), GCMParameterSpec(128, bytes, 0, IV))
            cipher.updateAAD(name.toByteArray(Charsets.UTF_8))
            String(cipher.doFinal(bytes, IV, bytes.size - IV), Charsets.UTF_8)
        } catch (e: AEADBadTagException) { // Encrypted with another key.
            null
        } catch (e: IllegalArgumentException) { // Not of this class.
            null
        } catch (e: GeneralSecurityException) {
            throw IOException("The Keystore can't be read now.", e)
        } catch (e: ProviderException) {
            throw IOException("The Keystore can't be read now.", e)
        }
    }

    override fun set(name: String, value: String) = synchronized(SecureStore.LOCK) {
        val cipher = Cipher.getInstance(CIPHER)
        cipher.init(Cipher.ENCRYPT_MODE, key())
        cipher.updateAAD(name.toByteArray(Charsets.UTF_8))
        val bytes = cipher.iv + cipher.doFinal(value.toByteArray(Charsets.UTF_8))
        values.edit().putString(name, Base64.encodeToString(bytes, Base64.NO_WRAP)).commit() // Not apply: it is on the disk now.
        Unit
    }

    override fun remove(name: String) = synchronized(SecureStore.LOCK) {
        values.edit().remove(name).commit()
        Unit
    }

    fun names(): Set<String> = values.all.keys

    private fun key(): SecretKey = synchronized(LOCK) {
        val keys = KeyStore.getInstance(PROVIDER)
        keys.load(null)
        (keys.getKey(ALIAS, null) as SecretKey?) ?: KeyGenerator.getInstance(KeyProperties.KEY_ALGORITHM_AES, PROVIDER).run {
            init(KeyGenParameterSpec.Builder(ALIAS, KeyProperties.PURPOSE_ENCRYPT or KeyProperties.PURPOSE_DECRYPT)
                .setBlockModes(KeyProperties.BLOCK_MODE_GCM).setEncryptionPaddings(KeyProperties.ENCRYPTION_PADDING_NONE)
                .setKeySize(256).build())
            generateKey()
        }
    }

    private companion object {
        const val ALIAS = "latchkey-uploader"
        const val CIPHER = "AES/GCM/NoPadding"
        const val IV = 12
        const val PROVIDER = "AndroidKeyStore"
        val LOCK = Any()
    }
}
