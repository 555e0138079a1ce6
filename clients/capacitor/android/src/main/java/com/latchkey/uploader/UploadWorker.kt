package com.latchkey.uploader

import android.app.Notification
import android.app.NotificationChannel
import android.app.NotificationManager
import android.content.Context
import android.content.pm.ServiceInfo
import android.os.Build
import androidx.core.app.NotificationCompat
import androidx.work.BackoffPolicy
import androidx.work.Constraints
import androidx.work.Data
import androidx.work.ExistingWorkPolicy
import androidx.work.ForegroundInfo
import androidx.work.NetworkType
import androidx.work.OneTimeWorkRequest
import androidx.work.OutOfQuotaPolicy
import androidx.work.WorkManager
import androidx.work.Worker
import androidx.work.WorkerParameters
import com.latchkey.uploader.core.Outcome
import com.latchkey.uploader.core.Upload
import java.io.IOException
import java.util.concurrent.TimeUnit

/**
 * Works on one queue of uploads until it is empty. The system starts it again when there is a network, also after a restart.
 *
 * If the service asks for a pause (`Retry-After`), its end is kept with the settings and a second work, a mere alarm, starts this one
 * again then. So nothing that is added stands in line behind a work that waits, and whatever starts earlier keeps to the pause.
 */
class UploadWorker(context: Context, parameters: WorkerParameters) : Worker(context, parameters) {
    override fun doWork(): Result {
        val uploader = Uploader.of(applicationContext) ?: return Result.success()
        val name = inputData.getString(QUEUE) ?: return Result.success()
        if (inputData.getString(ALARM) != null) {
            schedule(applicationContext, name)
            return Result.success()
        }
        val pause = pauses(applicationContext).getLong(name, 0) - System.currentTimeMillis()
        // The clock may have been set back: no pause is longer than an hour.
        if (pause in 1..3_600_000) {
            setAlarm(applicationContext, name, pause)
            return Result.success()
        }
        return try {
            work(uploader, name)
        } catch (e: IOException) {
            Result.retry() // The Keystore does not work now.
        }
    }

    private fun work(uploader: Uploader, name: String): Result {
        val failed = HashSet<String>() // For now: the others are not kept waiting by them.
        var isAgain = false
        while (!isStopped) {
            val upload = uploader.queue.next(name, uploader.session.user(), failed) ?: break
            showProgress(uploader, upload)
            when (val outcome = uploader.run(upload.id) { isStopped }) {
                is Outcome.Later -> {
                    failed.add(upload.id)
                    isAgain = true
                    val seconds = outcome.seconds
                    if (seconds != null) {
                        val pause = seconds * 1000L
                        pauses(applicationContext).edit().putLong(name, System.currentTimeMillis() + pause).commit()
                        setAlarm(applicationContext, name, pause)
                        return Result.success()
                    }
                }
                is Outcome.SignedOut -> return Result.success() // The next sign-in starts it again.
                is Outcome.Stopped -> failed.add(upload.id)
                else -> Unit
            }
        }
        return if (isAgain || isStopped) Result.retry() else Result.success()
    }

    override fun getForegroundInfo(): ForegroundInfo = foreground(Uploader.of(applicationContext), null)

    // A service in the foreground may work for longer than ten minutes. Where Android allows none now, it goes on without one.
    private fun showProgress(uploader: Uploader, upload: Upload) {
        try {
            setForegroundAsync(foreground(uploader, upload.name)).get()
        } catch (e: java.util.concurrent.ExecutionException) {
            return
        } catch (e: IllegalStateException) {
            return
        }
    }

    private fun foreground(uploader: Uploader?, text: String?): ForegroundInfo {
        val manager = applicationContext.getSystemService(Context.NOTIFICATION_SERVICE) as NotificationManager
        val title = uploader?.title ?: "Uploads"
        if (Build.VERSION.SDK_INT >= 26)
            manager.createNotificationChannel(NotificationChannel(CHANNEL, title, NotificationManager.IMPORTANCE_LOW))
        val shown: Notification = NotificationCompat.Builder(applicationContext, CHANNEL)
            .setContentTitle(title).setContentText(text).setSmallIcon(android.R.drawable.stat_sys_upload)
            .setOngoing(true).build()
        return if (Build.VERSION.SDK_INT >= 29) ForegroundInfo(NOTIFICATION, shown, ServiceInfo.FOREGROUND_SERVICE_TYPE_DATA_SYNC)
            else ForegroundInfo(NOTIFICATION, shown)
    }

    companion object {
        private const val CHANNEL = "latchkey-uploads"
        private const val NOTIFICATION = 0x6c61
        private const val QUEUE = "queue"
        private const val ALARM = "alarm"

        /** The name of the queue for these constraints; it says what they are. */
        fun queue(unmetered: Boolean, charging: Boolean) = (if (unmetered) "unmetered" else "any") + (if (charging) "-charging" else "")

        /**
         * Lets the system work on a queue, behind what is at work, so that nothing that was just added is overlooked.
         *
         * @param now in place of what waits, and without a pause.
         */
        fun schedule(context: Context, queue: String, now: Boolean = false) {
            if (now) pauses(context).edit().remove(queue).commit()
            val request = request(queue, Data.Builder().putString(QUEUE, queue))
            if (!queue.endsWith("-charging")) request.setExpedited(OutOfQuotaPolicy.RUN_AS_NON_EXPEDITED_WORK_REQUEST) // Needs no charger.
            WorkManager.getInstance(context).enqueueUniqueWork("latchkey-uploads-$queue",
                if (now) ExistingWorkPolicy.REPLACE else ExistingWorkPolicy.APPEND_OR_REPLACE, request.build())
        }

        private fun setAlarm(context: Context, queue: String, milliseconds: Long) {
            val request = request(queue, Data.Builder().putString(QUEUE, queue).putString(ALARM, "yes"))
                .setInitialDelay(milliseconds, TimeUnit.MILLISECONDS)
            WorkManager.getInstance(context).enqueueUniqueWork("latchkey-alarm-$queue", ExistingWorkPolicy.REPLACE, request.build())
        }

        private fun request(queue: String, data: Data.Builder) = OneTimeWorkRequest.Builder(UploadWorker::class.java)
            .setInputData(data.build())
            .setConstraints(Constraints.Builder()
                .setRequiredNetworkType(if (queue.startsWith("unmetered")) NetworkType.UNMETERED else NetworkType.CONNECTED)
                .setRequiresCharging(queue.endsWith("-charging")).build())
            .setBackoffCriteria(BackoffPolicy.EXPONENTIAL, 30, TimeUnit.SECONDS)

        // Queue to the end of its pause, in milliseconds since 1970.
        private fun pauses(context: Context) = context.getSharedPreferences("latchkey-uploader-pauses", Context.MODE_PRIVATE)
    }
}
