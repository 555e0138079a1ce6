import { WebPlugin } from '@capacitor/core';
import type { Files } from '@latchkey/client/files';
import type { EnqueueOptions, UploaderPlugin, UploadStatus } from './definitions.js';
/** The queue in a browser: by the library's `files.backup`, one file after the other, for as long as the page is open. */
export declare class UploaderWeb extends WebPlugin implements UploaderPlugin {
    #private;
    /** `connectUploader` sets it. */
    static files: Files | undefined;
    configure(): Promise<void>;
    enqueue({ files }: EnqueueOptions): Promise<{
        ids: string[];
    }>;
    pause(options?: {
        ids?: string[];
    }): Promise<void>;
    resume(options?: {
        ids?: string[];
    }): Promise<void>;
    cancel(options?: {
        ids?: string[];
    }): Promise<void>;
    list(): Promise<{
        uploads: UploadStatus[];
    }>;
    clear(): Promise<void>;
    getItem(): Promise<never>;
    setItem(): Promise<never>;
    removeItem(): Promise<never>;
    keys(): Promise<never>;
}
