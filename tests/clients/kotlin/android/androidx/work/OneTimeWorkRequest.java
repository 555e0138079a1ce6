package androidx.work;

public final class OneTimeWorkRequest {
    public static final class Builder {
        public Builder(Class<? extends ListenableWorker> worker) { }
        public Builder setInputData(Data data) { return this; }
        public Builder setConstraints(Constraints constraints) { return this; }
        public Builder setBackoffCriteria(BackoffPolicy policy, long delay, java.util.concurrent.TimeUnit unit) { return this; }
        public Builder setInitialDelay(long delay, java.util.concurrent.TimeUnit unit) { return this; }
        public Builder setExpedited(OutOfQuotaPolicy policy) { return this; }
        public OneTimeWorkRequest build() { return null; }
    }
}
