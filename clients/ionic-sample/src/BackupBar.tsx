import { IonButton, IonProgressBar } from '@ionic/react';
import { pause, resume, useBackup } from './backup';

/** How far the backup is, while there is one. */
export function BackupBar() {
  const { total, done, failed, progress, isPaused, isRunning } = useBackup();
  if (!isRunning && !isPaused && failed === 0) return null;
  const text = isPaused ? `Paused: ${done} of ${total} backed up`
    : isRunning ? `Backing up: ${done} of ${total}`
    : `${failed} of ${total} could not be backed up`;
  return (
    <section className="backup" aria-label="Backup">
      <span role="status">{text}</span>
      <IonButton size="small" fill="clear" onClick={() => void (isRunning ? pause() : resume())}>
        {isRunning ? 'Pause' : isPaused ? 'Resume' : 'Try again'}
      </IonButton>
      <IonProgressBar value={progress} aria-label="Backup" />
    </section>
  );
}
