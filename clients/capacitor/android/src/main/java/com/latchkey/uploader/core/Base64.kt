package com.latchkey.uploader.core

import java.io.ByteArrayOutputStream

/** RFC 4648. `java.util.Base64` needs Android 8, `android.util.Base64` is not on the JVM. */
internal object Base64 {
    private const val LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"

    /** Section 4, with padding. */
    fun encode(bytes: ByteArray): String {
        val alphabet = "$LETTERS+/"
        val text = StringBuilder()
        for (start in bytes.indices step 3) {
            val part = (0..2).map { if (start + it < bytes.size) bytes[start + it].toInt() and 0xff else 0 }
            val bits = (part[0] shl 16) or (part[1] shl 8) or part[2]
            for (n in 0..3) text.append(if (start + n > bytes.size) '=' else alphabet[(bits shr (18 - 6 * n)) and 63])
        }
        return text.toString()
    }

    /** Section 5, with or without padding. @throws IllegalArgumentException a character is not of the alphabet. */
    fun decodeUrl(text: String): ByteArray {
        val alphabet = "$LETTERS-_"
        val bytes = ByteArrayOutputStream()
        var bits = 0
        var count = 0
        for (letter in text.trimEnd('=')) {
            val value = alphabet.indexOf(letter)
            require(value >= 0) { "This is not base64url." }
            bits = (bits shl 6) or value
            count += 6
            if (count >= 8) {
                count -= 8
                bytes.write((bits shr count) and 0xff)
            }
        }
        return bytes.toByteArray()
    }
}
