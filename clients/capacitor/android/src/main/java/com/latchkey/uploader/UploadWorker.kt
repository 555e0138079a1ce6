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
import java.util.concurrent.TimeUnit

/** Works on one queue of uploads until it is empty. The system starts it again when there is a network, also after a restart. */
class UploadWorker(context: Context, parameters: WorkerParameters) : Worker(context, parameters) {
    override fun doWork(): Result {
        val uploader = Uploader.of(applicationContext) ?: return Result.success()
        val name = inputData.getString(QUEUE) ?: return Result.success()
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
                        // WorkManager's pause begins at half a minute; a longer one that the service asks for is a work of its own.
                        schedule(applicationContext, name, seconds.toLong())
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

        /** The name of the queue for these constraints; it says what they are. */
        fun queue(unmetered: Boolean, charging: Boolean) = (if (unmetered) "unmetered" else "any") + (if (charging) "-charging" else "")

        /**
         * Lets the system work on a queue.
         *
         * @param seconds how long to wait; null: behind what is at work or waits, so that nothing that was just added is overlooked.
         * 0: at once, in place of what waits.
         */
        fun schedule(context: Context, queue: String, seconds: Long? = null) {
            val isCharging = queue.endsWith("-charging")
            val request = OneTimeWorkRequest.Builder(UploadWorker::class.java)
                .setInputData(Data.Builder().putString(QUEUE, queue).build())
                .setConstraints(Constraints.Builder()
                    .setRequiredNetworkType(if (queue.startsWith("unmetered")) NetworkType.UNMETERED else NetworkType.CONNECTED)
                    .setRequiresCharging(isCharging).build())
                .setBackoffCriteria(BackoffPolicy.EXPONENTIAL, 30, TimeUnit.SECONDS)
            if (seconds != null && seconds > 0) request.setInitialDelay(seconds, TimeUnit.SECONDS)
            else if (!isCharging) request.setExpedited(OutOfQuotaPolicy.RUN_AS_NON_EXPEDITED_WORK_REQUEST) // May not wait for a charger.
            WorkManager.getInstance(context).enqueueUniqueWork("latchkey-uploads-$queue",
                if (seconds == 0L) ExistingWorkPolicy.REPLACE else ExistingWorkPolicy.APPEND_OR_REPLACE, request.build())
        }
    }
}
