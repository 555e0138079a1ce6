// Generated from the OpenAPI document by clients/js/generate.mjs. Do not edit.

export interface paths {
    "/oauth/userinfo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The user's claims */
        get: operations["userinfo-get"];
        put?: never;
        /** The user's claims, by POST */
        post: operations["userinfo-post"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the user's account */
        get: operations["me"];
        put?: never;
        post?: never;
        /** Delete the user's account */
        delete: operations["me-delete"];
        options?: never;
        head?: never;
        /** Change name and profile */
        patch: operations["me-change"];
        trace?: never;
    };
    "/me/picture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the user's picture */
        get: operations["me-picture"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask for a code at a new email address */
        post: operations["me-email"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/email/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Change the email address */
        post: operations["me-email-confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Change the password */
        put: operations["me-password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List where the user is signed in */
        get: operations["me-sessions"];
        put?: never;
        post?: never;
        /** Sign out everywhere else */
        delete: operations["me-sessions-end"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/sessions/{sessionId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End a session */
        delete: operations["me-session-end"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/apps": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the apps that the user has allowed */
        get: operations["me-apps"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/apps/{clientId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove an app */
        delete: operations["me-app-remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the groups of the user */
        get: operations["me-groups"];
        put?: never;
        /** Say where the user is */
        post: operations["me-groups-place"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the user's passkeys */
        get: operations["me-passkeys"];
        put?: never;
        /** Add a passkey */
        post: operations["me-passkey-add"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/passkeys/options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get the options for a new passkey */
        post: operations["me-passkey-options"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/passkeys/{passkeyId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Remove a passkey */
        delete: operations["me-passkey-remove"];
        options?: never;
        head?: never;
        /** Rename a passkey */
        patch: operations["me-passkey-rename"];
        trace?: never;
    };
    "/me/second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the state of the second factor */
        get: operations["me-second-factor"];
        put?: never;
        /** Begin to set up an authenticator app */
        post: operations["me-second-factor-begin"];
        /** Turn the second factor off */
        delete: operations["me-second-factor-remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/second-factor/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Turn the second factor on */
        post: operations["me-second-factor-confirm"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/second-factor/codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get new recovery codes */
        post: operations["me-second-factor-codes"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the linked accounts of other providers */
        get: operations["me-providers"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/providers/{providerId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Unlink an account */
        delete: operations["me-provider-unlink"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Download the user's data */
        get: operations["me-export"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a folder, the trash, or what is shared */
        get: operations["files-list"];
        put?: never;
        /** Begin an upload */
        post: operations["files-begin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/{id}/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the progress and a new URL */
        get: operations["files-upload"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/{id}/complete": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Complete an upload */
        post: operations["files-complete"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/upload": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Upload one small file in a form */
        post: operations["files-form"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/spaces": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the caller's spaces */
        get: operations["files-spaces"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/changes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read what has changed in a space */
        get: operations["files-changes"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Find files in a space */
        get: operations["files-search"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/known": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Ask which of many files a space has */
        post: operations["files-known"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a file's record */
        get: operations["files-read"];
        put?: never;
        post?: never;
        /** Delete */
        delete: operations["files-delete"];
        options?: never;
        head?: never;
        /** Rename or move */
        patch: operations["files-rename"];
        trace?: never;
    };
    "/files/{id}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a download URL */
        get: operations["files-download"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/{id}/content": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Redirect to the bytes */
        get: operations["files-content"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/{id}/thumbnail": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the URL of a thumbnail */
        get: operations["files-thumbnail"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Download several files, or a folder, as one ZIP */
        post: operations["files-archive"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/archive/tickets": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get a URL with which a browser saves an archive */
        post: operations["files-archive-ticket"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/{id}/copy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Copy */
        post: operations["files-copy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore from the trash */
        post: operations["files-restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/folders": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a folder */
        post: operations["folders-make"];
        /** Move a folder to the trash */
        delete: operations["folders-delete"];
        options?: never;
        head?: never;
        /** Rename or move a folder */
        patch: operations["folders-move"];
        trace?: never;
    };
    "/folders/copy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Copy a folder */
        post: operations["folders-copy"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/folders/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a folder from the trash */
        post: operations["folders-restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read how far a job is */
        get: operations["jobs-read"];
        put?: never;
        post?: never;
        /** Cancel a job that makes an archive, or delete the archive */
        delete: operations["jobs-cancel"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/jobs/{id}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get the URL of an archive that a job has made */
        get: operations["jobs-download"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/archives": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Make a large archive of several files, or of a folder */
        post: operations["archives-make"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Delete, move, restore or tag many files */
        post: operations["files-bulk"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a file's versions */
        get: operations["files-versions"];
        put?: never;
        /** Begin to replace a file's bytes */
        post: operations["files-version-begin"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/{id}/versions/{version}/download": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Get a download URL of a version */
        get: operations["files-version-download"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/{id}/versions/{version}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Restore a version */
        post: operations["files-version-restore"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/{id}/versions/{version}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a former version */
        delete: operations["files-version-delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Find people to share with */
        get: operations["people-find"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/{id}/shares": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List a file's shares */
        get: operations["files-shares"];
        put?: never;
        /** Share a file, or create a link to it */
        post: operations["files-share"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/files/{id}/shares/{shareId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke a share */
        delete: operations["files-unshare"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/links": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the links of a space */
        get: operations["links-list"];
        put?: never;
        /** Create a link to a folder or to several files */
        post: operations["links-create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/links/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a link */
        get: operations["links-read"];
        put?: never;
        post?: never;
        /** Revoke a link */
        delete: operations["links-revoke"];
        options?: never;
        head?: never;
        /** Change a link */
        patch: operations["links-change"];
        trace?: never;
    };
    "/requests": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the requests of a space */
        get: operations["requests-list"];
        put?: never;
        /** Create a request for files */
        post: operations["requests-create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/requests/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read a request */
        get: operations["requests-read"];
        put?: never;
        post?: never;
        /** Close a request */
        delete: operations["requests-close"];
        options?: never;
        head?: never;
        /** Change a request */
        patch: operations["requests-change"];
        trace?: never;
    };
    "/requests/{id}/files": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List what was handed in by a request */
        get: operations["requests-files"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Get a key to hear messages by MQTT */
        post: operations["messages-connect"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the inbox */
        get: operations["messages-inbox"];
        put?: never;
        /** Send a message */
        post: operations["messages-send"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Remove messages from the inbox */
        post: operations["messages-acknowledge"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/blocked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List whom the user has blocked */
        get: operations["messages-blocked"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/blocked/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Block a user */
        put: operations["messages-block"];
        post?: never;
        /** Let a user write again */
        delete: operations["messages-unblock"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/messages/keys/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the public keys of a user's devices */
        get: operations["messages-keys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Read the public keys of the own devices */
        get: operations["me-keys"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/me/keys/{device}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Publish a device's public key */
        put: operations["me-key-put"];
        post?: never;
        /** Remove a device's public key */
        delete: operations["me-key-delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the app's groups of the user */
        get: operations["app-groups"];
        put?: never;
        /** Make a group of the app */
        post: operations["app-group-create"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/groups/{group}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Delete a group of the app */
        delete: operations["app-group-delete"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/groups/{group}/members": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List the members of a group of the app */
        get: operations["app-group-members"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/groups/{group}/members/{userId}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /** Add a user of the app, or change a member's role */
        put: operations["app-group-member-put"];
        post?: never;
        /** Remove a member, or leave */
        delete: operations["app-group-member-remove"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        /** @description RFC 9457. `code` is stable and for programs; `detail` is for people and may change. The members after `code` depend on it. */
        Problem: {
            /** @enum {string} */
            type: "about:blank";
            /** @description the status in words */
            title: string;
            /** @description the HTTP status */
            status: number;
            /** @description what is wrong */
            detail: string;
            /** @description what is wrong, for programs */
            code: string;
            /** @description the OAuth error code, so that OAuth libraries understand the response */
            error?: string;
            /** @description insufficient_scope: the missing scope */
            scope?: string;
            /**
             * @description insufficient_rights: the missing right
             * @enum {string}
             */
            right?: "read" | "write" | "share";
            /**
             * @description no_thumbnail: why
             * @enum {string}
             */
            reason?: "not_a_picture" | "too_large" | "unreadable" | "quota_exceeded" | "failed" | "not_available";
            /** @description invalid_field: the invalid field */
            field?: string;
            /** @description the maximum */
            limit?: number;
            /** @description file_too_large: the declared size */
            size?: number;
            /** @description quota_exceeded, archive_too_large: the name of the limit */
            what?: string;
            /** @description quota_exceeded: how much of it is used */
            used?: number;
            /** @description quota_exceeded: how much was requested */
            requested?: number;
            /** @description folder_busy: the job that is at work, if the caller has begun it */
            job?: string;
            /** @description content_type_not_allowed: the allowed types */
            allowed?: string[];
            /** @description content_type_not_allowed: the declared type */
            contentType?: string;
            /** @description …_mismatch: the declared value */
            declared?: number | string;
            /** @description …_mismatch: the actual value */
            actual?: number | string;
            /** @description version_conflict: that of the file as it is */
            etag?: string;
            /** @description version_conflict: that of the file as it is */
            version?: number;
            /** @description blocks_missing: how many */
            missingCount?: number;
            /** @description blocks_missing: the first of them */
            missing?: (number | string)[];
            /** @description offset_mismatch: the upload's current offset */
            offset?: number;
            /** @description group_has_files, client_has_files: how many; 0 if there are only shares */
            files?: number;
            /**
             * @description of /health/ready
             * @enum {string}
             */
            tables?: "up" | "down";
            /**
             * @description of /health/ready
             * @enum {string}
             */
            blobs?: "up" | "down";
            /**
             * @description of /health/ready
             * @enum {string}
             */
            keys?: "up" | "down";
        };
        /** @description OIDC Core §5.1, depending on the token's scopes; and the tenant's own claims. */
        Claims: {
            sub: string;
            /** @description profile */
            name?: string;
            /** @description profile */
            preferred_username?: string;
            /** @description profile */
            given_name?: string;
            /** @description profile */
            family_name?: string;
            /** @description profile */
            nickname?: string;
            /** @description profile; only one that is an https URL */
            picture?: string;
            /** @description profile */
            locale?: string;
            /** @description profile */
            zoneinfo?: string;
            /** @description profile; seconds since 1970 */
            updated_at?: number;
            /** @description email */
            email?: string;
            /** @description email */
            email_verified?: boolean;
            /** @description groups; ids */
            groups?: string[];
            /** @description groups; there are more */
            groups_overage?: boolean;
            /** @description roles */
            roles?: string[];
        } & {
            [key: string]: unknown;
        };
        Account: {
            /** @description the `sub` of the tokens */
            id: string;
            /** @description the name to sign in with */
            userName: string;
            name: string;
            email: string | null;
            /** @description the address is the user's, and a name to sign in with */
            emailVerified: boolean;
            profile: components["schemas"]["Profile"];
            /**
             * Format: date-time
             * @description when name, address or profile changed last
             */
            updatedAt: string | null;
            roles: string[];
            /** @description by their ids, the first 100 */
            groups: components["schemas"]["OwnGroup"][];
            /** @description the user is in more than these */
            moreGroups: boolean;
            hasPassword: boolean;
            /** @description the user has set up a second factor */
            secondFactor: boolean;
            /** @description how many */
            passkeys: number;
        };
        OwnGroup: {
            id: string;
            name: string;
            /** @description `reader`, `editor` or `owner` */
            role: string;
        };
        Profile: {
            givenName: string | null;
            familyName: string | null;
            nickname: string | null;
            /** @description an https URL, or the id of a file in the user's own space, which `/me/picture` and the claim `picture` lead to */
            picture: string | null;
            /** @description a language tag (BCP 47) */
            locale: string | null;
            /** @description a time zone of the IANA database */
            zoneInfo: string | null;
        };
        AccountChange: {
            /** @description 1 to 100 characters */
            name?: string;
            profile?: components["schemas"]["ProfileChange"];
        };
        ProfileChange: {
            /** @description null removes it, as everywhere here */
            givenName?: string | null;
            familyName?: string | null;
            nickname?: string | null;
            /** @description an https URL, or the id of a PNG, JPEG, GIF or WebP file of at most 10 MiB in the user's own space */
            picture?: string | null;
            locale?: string | null;
            zoneInfo?: string | null;
        };
        NewEmail: {
            email: string;
        };
        EmailAsked: {
            /** @description goes back with the code */
            codeId: string;
        };
        EmailCode: {
            codeId: string;
            /** @description the six digits */
            code: string;
        };
        OwnNewPassword: {
            /** @description needed if there is a password */
            current?: string;
            new: string;
        };
        OwnSession: {
            id: string;
            /** @description client id */
            client: string;
            clientName: string;
            scope: string;
            /** @description of the sign-in; the browser or app states it, and may lie */
            userAgent: string;
            /** @description where the sign-in came from, without the part that identifies a person */
            address: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            lastUsedAt: string;
            /** Format: date-time */
            expiresAt: string;
            /** @description the session of this token */
            current: boolean;
        };
        OwnSessions: {
            sessions: components["schemas"]["OwnSession"][];
            /** @description null on the last page */
            cursor: string | null;
        };
        OwnApp: {
            /** @description client id */
            client: string;
            name: string;
            website: string | null;
            /** @description what the user has allowed it */
            scope: string;
            /** @description what it may do at the tenant's APIs */
            apis: components["schemas"]["OwnAppApi"][];
            /** Format: date-time */
            allowedAt: string;
        };
        OwnAppApi: {
            /** Format: uri */
            identifier: string;
            name: string;
            scope: string;
        };
        OwnApps: {
            apps: components["schemas"]["OwnApp"][];
            /** @description null on the last page */
            cursor: string | null;
        };
        GroupNow: {
            id: string;
            name: string;
            /** @enum {string} */
            role: "reader" | "editor" | "owner";
            /** @description `attribute`, `emailDomain`, `network` or `place`: what makes the user a member; null: they were put there */
            rule: string | null;
            /**
             * Format: date-time
             * @description when a place's time is over
             */
            until: string | null;
        };
        GroupsNow: {
            groups: components["schemas"]["GroupNow"][];
        };
        Position: {
            /** @description -90 to 90 (WGS 84) */
            latitude: number;
            /** @description -180 to 180 */
            longitude: number;
        };
        NewOwnPasskey: {
            /** @description 1 to 60 characters */
            name: string;
            /** @description what the platform returned, as JSON (WebAuthn Level 3 §5.1) */
            credential: Record<string, never>;
        };
        PasskeyName: {
            /** @description 1 to 60 characters */
            name: string;
        };
        OwnSecondFactor: {
            enabled: boolean;
            /** @description the tenant requires one of this user */
            required: boolean;
            /** Format: date-time */
            since: string | null;
            recoveryCodesLeft: number;
        };
        SecondFactorSetUp: {
            /** @description goes back with the first code, within 30 minutes */
            setup: string;
            /** @description for typing into an authenticator app (base32) */
            secret: string;
            /** @description for a QR code, or to open the app with */
            uri: string;
        };
        SecondFactorCode: {
            setup: string;
            /** @description the six digits that the app shows */
            code: string;
        };
        RecoveryCodes: {
            /** @description ten, each for one use; they are never shown again */
            recoveryCodes: string[];
        };
        OwnProvider: {
            /** @description id */
            provider: string;
            name: string;
            /** @description the address or name there */
            account: string | null;
            /** Format: date-time */
            linkedAt: string;
        };
        OwnProviders: {
            providers: components["schemas"]["OwnProvider"][];
        };
        /** @description What is stored about a user. It contains no secret. */
        MyData: {
            /** Format: date-time */
            exportedAt: string;
            /** @description its id and name */
            tenant: Record<string, never>;
            /** @description the user, with name, address, roles and what else the profile says */
            profile: Record<string, never>;
            /** @description id, name and role */
            groups: Record<string, never>[];
            /** @description app, scope and time */
            consents: Record<string, never>[];
            /** @description app, times, device and network */
            sessions: Record<string, never>[];
            /** @description name and times */
            passkeys: Record<string, never>[];
            /** @description provider, account and time */
            providers: Record<string, never>[];
            /** @description what waits in the inbox, as `GET /{tenant}/messages` gives it */
            messages: Record<string, never>[];
            /** @description device and time */
            messageDevices: Record<string, never>[];
            /** @description the ids of blocked users */
            messagesBlocked: string[];
            sharesGiven: components["schemas"]["MyShare"][];
            /** @description the ids of files that others share with the user */
            sharesReceived: string[];
            /** @description to folders and selections of the user's space */
            links: components["schemas"]["Link"][];
            /** @description of the user's space */
            fileRequests: components["schemas"]["FileRequest"][];
            /** @description of the user's own space, and those in its trash */
            files: components["schemas"]["MyFile"][];
            /**
             * Format: date-time
             * @description from when on `activity` was looked for
             */
            activityFrom: string;
            /** @description what the audit says of the user, the newest first; at most 1000 entries */
            activity: components["schemas"]["MyActivity"][];
            /** @description false if there may be more since `activityFrom` */
            activityComplete: boolean;
        };
        MyShare: {
            /** @description the file's id */
            file: string;
            share: components["schemas"]["Share"];
        };
        MyFile: {
            file: components["schemas"]["File"];
            /** @description absent if there is nothing to download */
            download?: components["schemas"]["DownloadUrl"];
            /** @description the former versions; absent if there are none */
            versions?: components["schemas"]["MyVersion"][];
        };
        MyVersion: {
            version: components["schemas"]["Version"];
            /** @description absent if there is nothing to download */
            download?: components["schemas"]["DownloadUrl"];
        };
        MyActivity: {
            /** Format: date-time */
            at: string;
            /** @description what was done */
            type: string;
            /** @description `user`, `otherUser`, `app` or `system` */
            by: string;
            /** @description client id */
            app?: string;
            /** @description the id of what it was done to */
            target?: string;
            /** @description where the request came from; as `app` and `target` only of what the user did */
            address?: string;
            /** @description `ok`, or the code of the refusal */
            result: string;
            detail?: string;
        };
        Deletion: {
            /**
             * Format: date-time
             * @description when the account is deleted; until then a sign-in can keep it
             */
            deleteAt: string;
        };
        BeginRequest: {
            /** @description any Unicode text that can be shown */
            name: string;
            /** @description the default is application/octet-stream; parameters that can't be parsed are dropped */
            contentType?: string;
            /** @description bytes */
            size: number;
            /** @description with `/` between names; the default is the root */
            folder?: string;
            /** @description base64 of the 16 bytes, as in Content-MD5 */
            md5?: string;
            /** @description 64 hex digits */
            sha256?: string;
            /** @description RFC 3339, of the content */
            modifiedAt?: string;
            /** @description RFC 3339 */
            takenAt?: string;
            /** @description Pairs of strings, 2 KiB at most; a key is 1 to 64 letters, digits, `_`, `-` and `.`. */
            metadata?: {
                [key: string]: string;
            };
            /** @description At most 10 of at most 64 characters. Of two that differ only in case the first counts. */
            tags?: string[];
            /** @description `me` (the default), `app` or `group:{id}` */
            space?: string;
            /** @description true for blocks, false for one PUT; by default the size decides */
            resumable?: boolean;
        };
        /** @description A request to send as it is, with the file's bytes as its body. With `blockSize` the file is sent in blocks, and `&comp=block&blockid={base64 of the number in eight digits}` is appended to the URL of each. */
        Upload: {
            /** @enum {string} */
            method: "PUT";
            /**
             * Format: uri
             * @description a secret, valid for this file only
             */
            url: string;
            headers: {
                [key: string]: string;
            };
            /** Format: date-time */
            expiresAt: string;
            /** @description bytes */
            blockSize?: number;
        };
        Begun: {
            /** @description the file's id */
            id: string;
            /** @enum {string} */
            status: "pending";
            upload: components["schemas"]["Upload"];
        };
        /** @description The progress of an upload. Fields that don't apply are absent. */
        Progress: {
            id: string;
            /** @enum {string} */
            status: "pending" | "scanning" | "available" | "infected" | "deleted";
            upload?: components["schemas"]["Upload"];
            receivedBytes?: number;
            blockCount?: number;
            /** @description The numbers of the blocks that have arrived, as ranges: the first and the last. */
            received?: number[][];
            /** @description for how many days after the last block storage keeps blocks */
            blocksKeptDays?: number;
            /**
             * Format: date-time
             * @description until when the upload accepts bytes
             */
            deadline?: string;
        };
        CompleteRequest: {
            /** @description The blocks that make up the file: their number, or their ids. */
            blocks?: number | string[];
            /**
             * @description of an upload that replaces a file: `copy` makes a file beside it, if it has another version by now
             * @enum {string}
             */
            conflict?: "fail" | "copy";
        };
        /** @description The part with a file name is the file. The other fields may precede or follow it. */
        FormFile: {
            /** Format: binary */
            file: string;
            /** @description the default is the part's file name */
            name?: string;
            contentType?: string;
            folder?: string;
            md5?: string;
            sha256?: string;
            modifiedAt?: string;
            takenAt?: string;
            /** @description a JSON object of strings */
            metadata?: string;
            /** @description a JSON array of strings */
            tags?: string;
        };
        /** @description Fields that don't apply are absent. `md5` and `sha256` are present if they were declared. Once the file is available, `…Verified` says whether the bytes were read and have that hash. */
        File: {
            id: string;
            /**
             * @description `scanning` and `infected` only where the tenant wants malware scanning; nobody gets the bytes of either
             * @enum {string}
             */
            status: "pending" | "copying" | "scanning" | "available" | "infected" | "deleted";
            space: string;
            name: string;
            folder: string;
            contentType: string;
            /** @description the declared type, if the bytes turned out to have another one, which is then `contentType` */
            declaredContentType?: string;
            /** @description bytes */
            size: number;
            /** @description base64 */
            md5?: string;
            md5Verified?: boolean;
            /** @description hex */
            sha256?: string;
            sha256Verified?: boolean;
            /** @description true if the place was erased from a picture; the hashes are of what is served then, not of what was uploaded */
            locationRemoved?: boolean;
            /**
             * Format: date-time
             * @description as the client says
             */
            modifiedAt?: string;
            /**
             * Format: date-time
             * @description as the client says
             */
            takenAt?: string;
            metadata?: {
                [key: string]: string;
            };
            tags?: string[];
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            completedAt?: string;
            /** Format: date-time */
            deletedAt?: string;
            /**
             * Format: date-time
             * @description when it is purged from the trash
             */
            purgeAfter?: string;
            copy?: components["schemas"]["CopyProgress"];
            /**
             * @description only in the list of what is shared with the user
             * @enum {string}
             */
            access?: "read" | "write";
            thumbnail?: components["schemas"]["Thumbnail"];
            /** @description of the bytes, for If-Match when they are replaced */
            etag?: string;
            /** @description from 1, one more each time the bytes are replaced */
            version?: number;
            /** @description of an upload: the file whose bytes it replaces */
            replaces?: string;
            scan?: components["schemas"]["FileScan"];
            /** @description the request by which it was handed in */
            request?: string;
            sender?: components["schemas"]["Sender"];
        };
        /** @description What is known of malware in the file; absent if its tenant did not ask when it was completed. */
        FileScan: {
            /**
             * @description after `failed` nobody gets the file
             * @enum {string}
             */
            result: "pending" | "clean" | "infected" | "failed";
            /** Format: date-time */
            at?: string;
            /** @description the scanner's name for what it found */
            threat?: string;
            /**
             * @description why it could not be scanned
             * @enum {string}
             */
            reason?: "too_large" | "limits_exceeded" | "not_scannable" | "no_result" | "bytes_missing";
        };
        /** @description Who handed the file in, as they say: nobody has checked it. Absent for whom the file is shared with. */
        Sender: {
            name: string;
            email?: string;
        };
        /** @description Of an available picture: JPEG, PNG, GIF, WebP, HEIC, AVIF, TIFF or BMP. */
        Thumbnail: {
            /** @enum {string} */
            state: "pending" | "ready" | "none";
            /** @description Those that there are, if they are ready. */
            sizes?: number[];
            /**
             * @description why there is none; quota_exceeded and failed are tried again after a day
             * @enum {string}
             */
            reason?: "too_large" | "unreadable" | "not_a_picture" | "quota_exceeded" | "failed" | "not_available";
        };
        SpaceOfCaller: {
            /** @description `me`, `group:{id}` or `app` */
            space: string;
            /** @description the group's name; absent for other spaces */
            name?: string;
            /**
             * @description each includes those before it
             * @enum {string}
             */
            right: "read" | "write" | "share";
            /** @description only with `usage=true` */
            usage?: components["schemas"]["SpaceUsage"];
        };
        SpaceUsage: {
            /** @description including the trash and unfinished uploads */
            bytes: number;
            files: number;
            /** @description the limit */
            maxBytes: number;
            /** @description the limit */
            maxFiles: number;
        };
        SpaceList: {
            spaces: components["schemas"]["SpaceOfCaller"][];
        };
        CopyProgress: {
            bytes: number;
            total: number;
        };
        FileList: {
            files: components["schemas"]["File"][];
            /** @description leads to the next page; absent on the last */
            cursor?: string;
            /** @description the names of the folders in it; only on the first page */
            folders?: string[];
            /** @description there are more folders than one response holds */
            moreFolders?: boolean;
        };
        DownloadUrl: {
            /**
             * Format: uri
             * @description a secret
             */
            url: string;
            /** Format: date-time */
            expiresAt: string;
        };
        SpaceChange: {
            /**
             * @description `created` once the file can be downloaded; those of folders are of folders that somebody has made
             * @enum {string}
             */
            kind: "created" | "changed" | "moved" | "trashed" | "restored" | "purged" | "infected" | "shared" | "unshared" | "folder_created" | "folder_moved" | "folder_trashed" | "folder_restored";
            /** @description the file's id; absent for folders */
            id?: string;
            /** Format: date-time */
            at: string;
            /** @description the folder's path, if the change is about one */
            folder?: string;
            /** @description the path that it had before, if it was moved */
            from?: string;
            /** @description The file as it was listed then; absent if it is gone, and for shares. */
            file?: components["schemas"]["File"];
            /** @description the share's id, for those who may list the shares */
            share?: string;
        };
        SpaceChanges: {
            items: components["schemas"]["SpaceChange"][];
            /** @description leads to the changes that follow */
            cursor: string;
            /** @description there are some already */
            more: boolean;
        };
        /** @description Either `files`, or `folder`, with `space` or without. */
        ArchiveRequest: {
            /** @description The files' ids. */
            files?: string[];
            /** @description all files in it and below it; empty for the whole space */
            folder?: string;
            /** @description the default is the caller's own */
            space?: string;
            /** @description the archive's name; the default is the folder's */
            name?: string;
        };
        FileChange: {
            name?: string;
            folder?: string;
            /** @description RFC 3339; empty to remove it */
            modifiedAt?: string;
            /** @description RFC 3339; empty to remove it */
            takenAt?: string;
            /** @description Replaces all of it; empty to remove it. */
            metadata?: {
                [key: string]: string;
            };
            /** @description Replace all of them; empty to remove them. At most 10 of at most 64 characters. */
            tags?: string[];
        };
        KnownRequest: {
            /** @description `me` (the default), `app` or `group:{id}` */
            space?: string;
            items: {
                /** @description 64 hex digits */
                sha256?: string;
                name?: string;
                size?: number;
                /** Format: date-time */
                modifiedAt?: string;
            }[];
        };
        KnownFile: {
            known: boolean;
            /** @description of a file that the space has */
            id?: string;
        };
        KnownFiles: {
            items: components["schemas"]["KnownFile"][];
        };
        CopyRequest: {
            /** @description the default is the source's name */
            name?: string;
            /** @description the default is the source's folder in the same space, and the root of another */
            folder?: string;
            /** @description the default is the caller's own */
            space?: string;
        };
        Folder: {
            path: string;
            name: string;
            space: string;
        };
        NewFolder: {
            /** @description with `/` between names; folders above it that are missing are made too */
            path: string;
            /** @description the default is the caller's own */
            space?: string;
        };
        /** @description Either `to`, or `name` or `folder` or both. `path` and `space` may stand in the query instead. */
        FolderMove: {
            path?: string;
            /** @description the default is the caller's own */
            space?: string;
            /** @description the path from now on */
            to?: string;
            /** @description the name from now on */
            name?: string;
            /** @description the folder that it is in from now on; empty for the root */
            folder?: string;
        };
        FolderCopy: {
            path: string;
            /** @description the default is the caller's own */
            space?: string;
            /** @description the path of the copy */
            to: string;
            /** @description the space of the copy; the default is the folder's */
            toSpace?: string;
        };
        FolderRestore: {
            path: string;
            /** @description the default is the caller's own */
            space?: string;
            /** @description the id of the job that has deleted it; the default is the last deletion of this path */
            deletion?: string;
        };
        /** @description The numbers are of files. */
        FolderJob: {
            id: string;
            /** @enum {string} */
            kind: "move" | "delete" | "copy" | "restore" | "archive";
            /**
             * @description failed if something stays as it was; an archive is done even if files are left out
             * @enum {string}
             */
            status: "queued" | "running" | "done" | "failed";
            /** @description where it writes, or of an archive what it reads */
            space: string;
            /** @description absent for an archive of files that were named */
            path?: string;
            /** @description what the folder, or its copy, is called from now on */
            to?: string;
            /** @description how many there were when it began; absent if they were too many to count */
            total?: number;
            done: number;
            /** @description those that stay as they are, or are left out of an archive */
            failed: number;
            /** @description what an archive is called */
            name?: string;
            /** @description the length of an archive that is complete */
            bytes?: number;
            /**
             * Format: date-time
             * @description until when it can be downloaded
             */
            expiresAt?: string;
            /** @description what was wrong, the last time */
            code?: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            finishedAt?: string;
        };
        BulkRequest: {
            /** @enum {string} */
            action: "delete" | "move" | "restore" | "tag";
            /** @description The files. One that is named twice is answered once. */
            ids: string[];
            /** @description where a move leads to; empty for the root */
            folder?: string;
            /** @description delete for good */
            permanent?: boolean;
            /** @description replace all tags */
            tags?: string[];
            /** @description instead of `tags`: what each file gets beside its own */
            addTags?: string[];
            /** @description instead of `tags`: what each file loses */
            removeTags?: string[];
        };
        BulkResult: {
            id: string;
            /** @description what a request for this file alone would have answered */
            status: number;
            /** @description what was wrong; absent if nothing */
            code?: string;
        };
        BulkResults: {
            results: components["schemas"]["BulkResult"][];
        };
        /** @description As for a new file. `folder` and `space` are ignored: the file stays where it is. */
        VersionRequest: {
            /** @description of the copy, if there is a conflict; the default is the file's, which keeps its own */
            name?: string;
            /** @description the default is the file's */
            contentType?: string;
            /** @description bytes */
            size: number;
            folder?: string;
            space?: string;
            /** @description base64 of the 16 bytes, as in Content-MD5 */
            md5?: string;
            /** @description 64 hex digits */
            sha256?: string;
            /** @description RFC 3339, of the content */
            modifiedAt?: string;
            /** @description RFC 3339 */
            takenAt?: string;
            /** @description Replaces the file's; if it is absent, the file keeps its own. */
            metadata?: {
                [key: string]: string;
            };
            /** @description At most 10 of at most 64 characters. Of two that differ only in case the first counts. */
            tags?: string[];
            /** @description true for blocks, false for one PUT; by default the size decides */
            resumable?: boolean;
            /**
             * @description what happens if the file has another version by the time the upload is complete. `fail` (the default): 409, and the upload waits for another complete or its end. `copy`: it becomes a file beside the other one, called `name (conflicted copy 2026-11-26).ext`.
             * @enum {string}
             */
            conflict?: "fail" | "copy";
        };
        Version: {
            id: string;
            /** @description its number, from 1 */
            version: number;
            /** @description bytes */
            size: number;
            contentType: string;
            /**
             * Format: date-time
             * @description when the bytes became the file's
             */
            createdAt: string;
            /** @description what the file was called then */
            name: string;
            /** @description base64 */
            md5?: string;
            md5Verified?: boolean;
            /** @description hex */
            sha256?: string;
            sha256Verified?: boolean;
            /**
             * Format: date-time
             * @description as the client says
             */
            modifiedAt?: string;
            /** @description absent if it is not known */
            uploadedBy?: components["schemas"]["Uploader"];
            /**
             * Format: date-time
             * @description absent for the present version
             */
            replacedAt?: string;
            /**
             * Format: date-time
             * @description when it is deleted for good; absent for the present version
             */
            purgeAfter?: string;
        };
        /** @description A user, or a client for itself. */
        Uploader: {
            /** @description the user's id */
            user?: string;
            /** @description the client's id */
            client?: string;
        };
        Versions: {
            current: components["schemas"]["Version"];
            /** @description the former ones, the newest first */
            versions: components["schemas"]["Version"][];
        };
        /** @description Set exactly one of `with` and `link`. A link can only have read access. */
        ShareRequest: {
            /** @enum {string} */
            access: "read" | "write";
            /**
             * Format: date-time
             * @description when it expires
             */
            until?: string;
            /** @description Set exactly one of them. */
            with?: {
                /** @description user name or id */
                user?: string;
                /** @description a group's id */
                group?: string;
            };
            link?: {
                password?: string;
                maxDownloads?: number;
            };
        };
        Share: {
            id: string;
            /** @enum {string} */
            access: "read" | "write";
            /** Format: date-time */
            until?: string;
            /** Format: date-time */
            createdAt: string;
            with?: {
                /** @description id */
                user?: string;
                /** @description id */
                group?: string;
                name?: string;
                /** @description tells the user from others of that name; where users can look each other up */
                account?: string;
            };
            link?: {
                /**
                 * Format: uri
                 * @description shown once, when the link is created
                 */
                url?: string;
                /** @description the link has a password */
                password: boolean;
                maxDownloads?: number;
                /** @description counted for links with a limit or a password */
                downloads: number;
            };
        };
        Shares: {
            shares: components["schemas"]["Share"][];
        };
        /** @description At most ten. */
        People: {
            people: {
                id: string;
                name: string;
                /** @description the verified email address with its middle left out, or the user name */
                account: string;
                /** @description q is the whole name, user name or verified email address */
                whole: boolean;
            }[];
        };
        /** @description Either `folder`, with `space` or without, or `files`, which must all be in one space. */
        LinkRequest: {
            /** @description all that is in it and below it, now and later; empty for the whole space */
            folder?: string;
            /** @description the default is the caller's own */
            space?: string;
            /** @description The files' ids. */
            files?: string[];
            /** @description what the page is called; the default is the folder's name */
            title?: string;
            password?: string;
            /** @description Of files and archives. */
            maxDownloads?: number;
            /**
             * Format: date-time
             * @description when it expires
             */
            until?: string;
        };
        Link: {
            id: string;
            space: string;
            folder?: string;
            /** @description ids */
            files?: string[];
            title?: string;
            /**
             * Format: uri
             * @description shown once, when the link is created
             */
            url?: string;
            /** @description the link has a password */
            password: boolean;
            maxDownloads?: number;
            /** @description counted for links with a limit */
            downloads: number;
            /** Format: date-time */
            until?: string;
            /** Format: date-time */
            createdAt: string;
            /** @description of what can be changed, for If-Match */
            etag: string;
        };
        /** @description A JSON Merge Patch (RFC 7396): what is absent stays, `null` removes. What the link leads to can't be changed. */
        LinkPatch: {
            title?: string | null;
            /** @description whoever has given the former one has to give this one */
            password?: string | null;
            /** @description when it expires, RFC 3339 */
            until?: string | null;
            /** @description those that there were count */
            maxDownloads?: number | null;
        };
        Links: {
            links: components["schemas"]["Link"][];
            /** @description leads to the next page */
            cursor?: string;
        };
        FileRequestBody: {
            /** @description what the files are for, at most 200 characters */
            title: string;
            /** @description what the page says besides, at most 2,000 characters */
            message?: string;
            /** @description where the files go; the default is the root */
            folder?: string;
            /** @description the default is the caller's own */
            space?: string;
            /**
             * Format: date-time
             * @description within the next 366 days; the default is in two weeks
             */
            expiresAt?: string;
            /** @description Instead of expiresAt. */
            expiresInSeconds?: number;
            password?: string;
            /** @default 100 */
            maxFiles: number;
            /** @description The default is what the tenant allows, and at most 5,000 MiB. */
            maxFileBytes?: number;
            /** @description Of all files together, and at most what the space may hold. The default is 10 GiB. */
            maxTotalBytes?: number;
            /** @description Such as `image/*` and `application/pdf`; empty for all that the tenant allows. */
            contentTypes?: string[];
        };
        FileRequest: {
            id: string;
            /** @enum {string} */
            status: "open" | "full" | "expired" | "closed";
            space: string;
            folder: string;
            title: string;
            message?: string;
            /**
             * Format: uri
             * @description shown once, when the request is created
             */
            url?: string;
            /** @description the request has a password */
            password: boolean;
            maxFiles: number;
            maxFileBytes: number;
            maxTotalBytes: number;
            contentTypes: string[];
            /** @description that were begun, the received ones among them */
            files: number;
            /** @description of these files */
            bytes: number;
            /** @description files that were received */
            received: number;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            expiresAt: string;
            /** Format: date-time */
            closedAt?: string;
            /** @description of what can be changed, for If-Match */
            etag: string;
        };
        /** @description A JSON Merge Patch (RFC 7396): what is absent stays, `null` removes the message and the password. The folder can't be changed. */
        FileRequestPatch: {
            title?: string;
            message?: string | null;
            password?: string | null;
            /**
             * Format: date-time
             * @description within the next 366 days; also of one that has expired
             */
            expiresAt?: string;
            /** @description Instead of expiresAt, from now on. */
            expiresInSeconds?: number;
            maxFiles?: number;
            maxFileBytes?: number;
            maxTotalBytes?: number;
            contentTypes?: string[];
            /** @description true closes it, false opens it again */
            closed?: boolean;
        };
        FileRequests: {
            requests: components["schemas"]["FileRequest"][];
            /** @description leads to the next page */
            cursor?: string;
        };
        MessageKey: {
            /** @description the address to connect to (wss), with the key in it */
            url: string;
            /**
             * @description the WebSocket subprotocol
             * @enum {string}
             */
            protocol: "mqtt";
            /** @description the MQTT client id to connect with */
            clientId: string;
            /**
             * Format: date-time
             * @description until then the address opens connections
             */
            expiresAt: string;
            /**
             * Format: date-time
             * @description a connection is closed then at the latest; connect again with a new key
             */
            connectedUntil: string;
            /** @description the topics to subscribe to; one that ends with `*` stands for those that it matches, each of which is subscribed to by its name */
            subscribe: string[];
            /** @description the topics where something may be published */
            publish: string[];
            /** @description the user is in more groups than the key has room for, and hears only the first of them */
            truncated: boolean;
        };
        /** @description Exactly one of the three. */
        MessageRecipient: {
            /** @description a user's id */
            user?: string;
            /** @description the id of a group of the sender */
            group?: string;
            /** @description its name, without the tenant */
            topic?: string;
        };
        NewMessage: {
            to: components["schemas"]["MessageRecipient"];
            /** @description at most 16,384 bytes of UTF-8 */
            body: string;
            /** @description the media type of the body; text/plain if left out */
            contentType?: string;
            /** @description how long it waits in an inbox; 1 to 1209600, 604800 if left out */
            ttlSeconds?: number;
            /** @description 1 to 64 letters, digits, hyphens and underscores; the same id of a sender to a recipient is sent once, within a day at least */
            id?: string;
        };
        SentMessage: {
            /** @description the message's id */
            id: string;
            /**
             * Format: date-time
             * @description when it leaves inboxes
             */
            expiresAt: string;
        };
        Message: {
            id: string;
            /** @description `message`; or an event of the service, as webhooks have it, `device.added` or `device.removed` */
            type: string;
            /** @description the id of the user who wrote it; null: the service */
            from: string | null;
            to: components["schemas"]["MessageRecipient"];
            contentType: string;
            body: string;
            /** Format: date-time */
            sentAt: string;
            /** Format: date-time */
            expiresAt: string;
        };
        MessageIds: {
            /** @description 1 to 100 */
            ids: string[];
        };
        BlockedUsers: {
            /** @description their ids */
            users: string[];
        };
        DeviceKey: {
            device: string;
            /** @description the public key (RFC 7517): P-256 or X25519 */
            jwk: Record<string, never>;
            /** Format: date-time */
            createdAt: string;
        };
        NewDeviceKey: {
            /** @description the public key (RFC 7517): P-256 or X25519, without the private part */
            jwk: Record<string, never>;
        };
        DeviceKeys: {
            keys: components["schemas"]["DeviceKey"][];
        };
        Passkey: {
            id: string;
            /** @description its owner's name for it */
            name: string;
            /** Format: date-time */
            createdAt: string;
            /** Format: date-time */
            lastUsedAt: string | null;
            /** @description it was on several devices when it was last used */
            synced: boolean;
            /** @description how it can be reached (WebAuthn) */
            transports: string[];
        };
        Passkeys: {
            passkeys: components["schemas"]["Passkey"][];
        };
        AppGroup: {
            /** @description `group:{id}` is its space */
            id: string;
            name: string;
            /**
             * @description of the user
             * @enum {string}
             */
            role: "reader" | "editor" | "owner";
        };
        AppGroups: {
            groups: components["schemas"]["AppGroup"][];
        };
        NewAppGroup: {
            /** @description 1 to 100 characters */
            name: string;
        };
        AppGroupMember: {
            /** @description id */
            user: string;
            /** @enum {string} */
            role: "reader" | "editor" | "owner";
        };
        AppGroupMembers: {
            members: components["schemas"]["AppGroupMember"][];
        };
        NewAppGroupMember: {
            /**
             * @description readers read, editors also write, owners also share, manage the members and delete the group
             * @enum {string}
             */
            role: "reader" | "editor" | "owner";
        };
    };
    responses: never;
    parameters: {
        /** @description The tenant's id: 2 to 40 characters of a-z and 0-9, with single hyphens inside. */
        tenant: string;
        /** @description Maximum number of items; default 50. */
        limit: number;
        /** @description The opaque `cursor` of the previous page. */
        cursor: string;
    };
    requestBodies: never;
    headers: {
        /** @description The URL of the new resource, or of the redirect. */
        Location: string;
        /** @description Seconds to wait before the next attempt. */
        "Retry-After": number;
        /** @description The challenge (RFC 6750 §3, RFC 9449 §7.1, RFC 6749 §5.2): what to send, or what was wrong with it. */
        "WWW-Authenticate": string;
        /** @description The nonce for the next DPoP proof; only if a proof was sent. */
        "DPoP-Nonce": string;
        /** @description How long the response may be cached; all others are `no-store`. */
        "Cache-Control": string;
        /** @description The version, for `If-None-Match` or `If-Match`. */
        ETag: string;
        /** @description The file's name. */
        "Content-Disposition": string;
        /** @description `1.0.0`. */
        "Tus-Resumable": string;
        /** @description The supported versions. */
        "Tus-Version": string;
        /** @description How many bytes were received. */
        "Upload-Offset": number;
        /** @description How many bytes the file has. */
        "Upload-Length": number;
        /** @description The metadata as sent. */
        "Upload-Metadata": string;
        /** @description When the upload expires (RFC 9110 §5.6.7). */
        "Upload-Expires": string;
    };
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    "userinfo-get": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The claims. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Claims"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "userinfo-post": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/x-www-form-urlencoded": {
                    access_token?: string;
                };
            };
        };
        responses: {
            /** @description The claims. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Claims"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "malformed_request" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "truncated_body" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-delete": {
        parameters: {
            query: {
                /** @description The user's id (`sub`). */
                confirm: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It will be deleted. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Deletion"];
                };
            };
            /** @description It is deleted, or being deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "account_deletion_off" | "changed_meanwhile" | "client_not_vouched_for" | "confirmation_required" | "insufficient_scope" | "insufficient_user_authentication" | "internal_error" | "invalid_dpop_proof" | "invalid_query" | "invalid_token" | "own_account" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-change": {
        parameters: {
            query?: never;
            header?: {
                /** @description The ETag of the account as it was read; 412 if it was changed since (RFC 9110 §13.1.1). */
                "If-Match"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AccountChange"];
            };
        };
        responses: {
            /** @description The account. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Account"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "changed_meanwhile" | "etag_mismatch" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_json" | "invalid_token" | "malformed_request" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-picture": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The picture is there. */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "no_picture" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-email": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewEmail"];
            };
        };
        responses: {
            /** @description An email is on its way. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["EmailAsked"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "client_not_vouched_for" | "insufficient_scope" | "insufficient_user_authentication" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_json" | "invalid_token" | "malformed_request" | "no_mail" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "too_many_requests" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-email-confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["EmailCode"];
            };
        };
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "code_over" | "email_taken" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_json" | "invalid_token" | "malformed_request" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce" | "wrong_code";
                    };
                };
            };
        };
    };
    "me-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["OwnNewPassword"];
            };
        };
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "changed_meanwhile" | "client_not_vouched_for" | "insufficient_scope" | "insufficient_user_authentication" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_json" | "invalid_token" | "malformed_request" | "passwords_off" | "server_busy" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "too_many_requests" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce" | "wrong_password";
                    };
                };
            };
        };
    };
    "me-sessions": {
        parameters: {
            query?: {
                /** @description The opaque `cursor` of the previous page. */
                cursor?: components["parameters"]["cursor"];
                /** @description Maximum number of items; default 50. */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnSessions"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_cursor" | "invalid_dpop_proof" | "invalid_limit" | "invalid_query" | "invalid_token" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-sessions-end": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Only the session of this token goes on. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "changed_meanwhile" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-session-end": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The session's id. */
                sessionId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Its tokens ended at once. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "session_not_found" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-apps": {
        parameters: {
            query?: {
                /** @description The opaque `cursor` of the previous page. */
                cursor?: components["parameters"]["cursor"];
                /** @description Maximum number of items; default 50. */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnApps"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_cursor" | "invalid_dpop_proof" | "invalid_limit" | "invalid_query" | "invalid_token" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-app-remove": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The app's client id. */
                clientId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "client_not_found" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, by id. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GroupsNow"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-groups-place": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Position"];
            };
        };
        responses: {
            /** @description All of the user's groups. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GroupsNow"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_json" | "invalid_token" | "malformed_request" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "too_many_requests" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-passkeys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description At most 20. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkeys"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "passkeys_off" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-passkey-add": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewOwnPasskey"];
            };
        };
        responses: {
            /** @description The passkey. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "client_not_vouched_for" | "insufficient_scope" | "insufficient_user_authentication" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_json" | "invalid_token" | "malformed_request" | "passkey_exists" | "passkey_refused" | "passkeys_off" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "too_many_passkeys" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-passkey-options": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The options. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": Record<string, never>;
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "client_not_vouched_for" | "insufficient_scope" | "insufficient_user_authentication" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "passkeys_off" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "too_many_passkeys" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-passkey-remove": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The passkey's id. */
                passkeyId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "client_not_vouched_for" | "insufficient_scope" | "insufficient_user_authentication" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "last_way_to_sign_in" | "passkey_not_found" | "passkeys_off" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-passkey-rename": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The passkey's id. */
                passkeyId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PasskeyName"];
            };
        };
        responses: {
            /** @description The passkey. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Passkey"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "changed_meanwhile" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_json" | "invalid_token" | "malformed_request" | "passkey_not_found" | "passkeys_off" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-second-factor": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The state. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnSecondFactor"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "no_second_factor" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-second-factor-begin": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description What the authenticator app needs. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SecondFactorSetUp"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "client_not_vouched_for" | "insufficient_scope" | "insufficient_user_authentication" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "no_second_factor" | "second_factor_exists" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-second-factor-remove": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "client_not_vouched_for" | "insufficient_scope" | "insufficient_user_authentication" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "no_second_factor" | "second_factor_not_set_up" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-second-factor-confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SecondFactorCode"];
            };
        };
        responses: {
            /** @description It is on. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "client_not_vouched_for" | "insufficient_scope" | "insufficient_user_authentication" | "internal_error" | "invalid_dpop_proof" | "invalid_json" | "invalid_token" | "malformed_request" | "no_second_factor" | "second_factor_exists" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce" | "wrong_code";
                    };
                };
            };
        };
    };
    "me-second-factor-codes": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The codes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RecoveryCodes"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "client_not_vouched_for" | "insufficient_scope" | "insufficient_user_authentication" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "no_second_factor" | "second_factor_not_set_up" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-providers": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["OwnProviders"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-provider-unlink": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The provider's id. */
                providerId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Done. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "client_not_vouched_for" | "insufficient_scope" | "insufficient_user_authentication" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "last_way_to_sign_in" | "provider_not_linked" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-export": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The data. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MyData"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "client_not_vouched_for" | "insufficient_scope" | "insufficient_user_authentication" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "too_many_exports" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-list": {
        parameters: {
            query?: {
                /** @description The folder, with `/` between names. The default is the root. */
                folder?: string;
                /** @description The space: `me` (the default), `app`, `group:{id}`, or `shared` for what others share with the user. */
                space?: string;
                /** @description The beginning of the names, ignoring case. */
                prefix?: string;
                /** @description The order; `-` reverses it. Only `name`, `-created` and `-taken` work for folders of any size; `taken` lists only files that have a `takenAt`. */
                sort?: "name" | "-name" | "created" | "-created" | "modified" | "-modified" | "taken" | "-taken" | "size" | "-size";
                /** @description List the space's trash, last deleted first. */
                trash?: boolean;
                /** @description The opaque `cursor` of the previous page. */
                cursor?: components["parameters"]["cursor"];
                /** @description Maximum number of items; default 50. */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileList"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "folder_too_large" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_cursor" | "invalid_dpop_proof" | "invalid_folder" | "invalid_limit" | "invalid_prefix" | "invalid_query" | "invalid_sort" | "invalid_space" | "invalid_token" | "signing_unavailable" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-begin": {
        parameters: {
            query?: never;
            header?: {
                /** @description The same key begins the same file again. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BeginRequest"];
            };
        };
        responses: {
            /** @description The key has begun this file before. How far it is. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Progress"];
                };
            };
            /** @description The file is pending. Send its bytes. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Begun"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "content_type_not_allowed" | "file_too_large" | "idempotency_key_reused" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_content_type" | "invalid_dpop_proof" | "invalid_folder" | "invalid_idempotency_key" | "invalid_json" | "invalid_md5" | "invalid_metadata" | "invalid_name" | "invalid_sha256" | "invalid_size" | "invalid_space" | "invalid_tags" | "invalid_time" | "invalid_token" | "malformed_request" | "quota_exceeded" | "resumable_required" | "signing_unavailable" | "space_busy" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "too_many_oversized" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "upload_expired" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-upload": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The progress, and the request that continues. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Progress"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "file_copying" | "file_not_found" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "tus_upload" | "unknown_tenant" | "upload_expired" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-complete": {
        parameters: {
            query?: never;
            header?: {
                /** @description Of an upload that replaces a file: the version that it may replace, in place of that with which it was begun. */
                "If-Match"?: string;
            };
            path: {
                /** @description The file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: {
            content: {
                "application/json": components["schemas"]["CompleteRequest"];
            };
        };
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "blocks_missing" | "body_too_large" | "file_copying" | "file_infected" | "file_not_found" | "file_scanning" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_blocks" | "invalid_conflict" | "invalid_dpop_proof" | "invalid_if_match" | "invalid_json" | "invalid_token" | "location_not_removable" | "malformed_request" | "md5_mismatch" | "multipart_body" | "not_a_block_blob" | "not_resumable" | "quota_exceeded" | "server_busy" | "sha256_mismatch" | "signing_unavailable" | "size_mismatch" | "space_busy" | "storage_unavailable" | "tenant_suspended" | "truncated_body" | "type_mismatch" | "unknown_tenant" | "unsupported_media_type" | "upload_archived" | "upload_expired" | "upload_missing" | "upload_unfinished" | "upload_unreadable" | "use_dpop_nonce" | "version_conflict";
                    };
                };
            };
        };
    };
    "files-form": {
        parameters: {
            query?: {
                /** @description The space: `me` (the default), `app` or `group:{id}`. */
                space?: string;
                /** @description The file whose bytes are to be replaced, in its own space; a new file if it is left out. */
                replaces?: string;
                /** @description With `replaces`: what happens if the file has another version by then: 409 (`fail`, the default), or the bytes become a file beside it (`copy`). */
                conflict?: "fail" | "copy";
            };
            header?: {
                /** @description Of an upload that replaces a file: the version that it may replace, in place of that with which it was begun. */
                "If-Match"?: string;
                /** @description The same key begins the same file again. */
                "Idempotency-Key"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "multipart/form-data": components["schemas"]["FormFile"];
            };
        };
        responses: {
            /** @description The file, which the key has uploaded before, or whose bytes were replaced. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            /** @description The file. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "content_type_not_allowed" | "file_copying" | "file_infected" | "file_missing" | "file_not_found" | "file_pending" | "file_scanning" | "file_too_large" | "idempotency_key_reused" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_conflict" | "invalid_content_type" | "invalid_dpop_proof" | "invalid_folder" | "invalid_form" | "invalid_idempotency_key" | "invalid_if_match" | "invalid_md5" | "invalid_metadata" | "invalid_name" | "invalid_query" | "invalid_sha256" | "invalid_space" | "invalid_tags" | "invalid_time" | "invalid_token" | "location_not_removable" | "malformed_request" | "md5_mismatch" | "multipart_body" | "quota_exceeded" | "resumable_required" | "server_busy" | "sha256_mismatch" | "signing_unavailable" | "size_mismatch" | "space_busy" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "too_many_files" | "too_many_oversized" | "truncated_body" | "type_mismatch" | "unknown_tenant" | "unsupported_media_type" | "upload_expired" | "upload_missing" | "upload_unfinished" | "use_dpop_nonce" | "version_conflict";
                    };
                };
            };
        };
    };
    "files-spaces": {
        parameters: {
            query?: {
                /** @description Add what each space holds and may hold. It costs a read for each space. */
                usage?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The caller's own space, those of their groups, and the app's. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpaceList"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_query" | "invalid_token" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-changes": {
        parameters: {
            query?: {
                /** @description The space: `me` (the default), `app`, `group:{id}`, or `shared` for what others share with the user. */
                space?: string;
                /** @description The opaque `cursor` of the previous page. */
                cursor?: components["parameters"]["cursor"];
                /** @description Maximum number of items; default 50. */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The changes behind the cursor. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SpaceChanges"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "changes_gone" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_cursor" | "invalid_dpop_proof" | "invalid_limit" | "invalid_query" | "invalid_space" | "invalid_token" | "signing_unavailable" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-search": {
        parameters: {
            query?: {
                /** @description Words that are in the name, each at any place, without regard to case and accents. */
                q?: string;
                /** @description The space: `me` (the default), `app`, `group:{id}`, or `shared` for what others share with the user. */
                space?: string;
                /** @description Search the trash, the last deleted first, a thousand files for each page. */
                trash?: boolean;
                /** @description Only in this folder and below it. */
                folder?: string;
                /** @description A media type, or all of a kind: `image/`. */
                type?: string;
                /** @description A tag that the file has, without regard to case and accents. */
                tag?: string;
                /** @description Which time `from` and `to` are about, and that the file must have: of its upload, `modifiedAt` or `takenAt`. The default is the file's own: `takenAt`, else `modifiedAt`, else that of the upload. */
                time?: "created" | "modified" | "taken";
                /** @description The earliest time. */
                from?: string;
                /** @description The latest time. */
                to?: string;
                /** @description The smallest size in bytes. */
                minSize?: number;
                /** @description The largest size in bytes. */
                maxSize?: number;
                /** @description `-time`, the newest first, is the order of the index and for spaces of any size. Any other is for some 38,000 files, of the whole space or of those between `from` and `to`. */
                sort?: "time" | "-time" | "name" | "-name" | "size" | "-size";
                /** @description The opaque `cursor` of the previous page. */
                cursor?: components["parameters"]["cursor"];
                /** @description Maximum number of items; default 50. */
                limit?: components["parameters"]["limit"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileList"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_cursor" | "invalid_dpop_proof" | "invalid_folder" | "invalid_limit" | "invalid_query" | "invalid_sort" | "invalid_space" | "invalid_time" | "invalid_token" | "search_too_large" | "signing_unavailable" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-known": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["KnownRequest"];
            };
        };
        responses: {
            /** @description The answers, in the order of the questions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["KnownFiles"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_items" | "invalid_json" | "invalid_space" | "invalid_time" | "invalid_token" | "malformed_request" | "signing_unavailable" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-read": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "copy_failed" | "file_not_found" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-delete": {
        parameters: {
            query?: {
                /** @description Delete permanently instead of moving to the trash. */
                permanent?: boolean;
            };
            header?: never;
            path: {
                /** @description The file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Deleted, also if it was in the trash already. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "file_changing" | "file_not_found" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_query" | "invalid_token" | "signing_unavailable" | "space_busy" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-rename": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FileChange"];
            };
        };
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "file_changing" | "file_not_found" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_folder" | "invalid_json" | "invalid_metadata" | "invalid_name" | "invalid_tags" | "invalid_time" | "invalid_token" | "malformed_request" | "not_supported" | "signing_unavailable" | "space_busy" | "storage_unavailable" | "tenant_suspended" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-download": {
        parameters: {
            query?: {
                /** @description `attachment`, the default: a browser saves the file under its name. `inline`: it shows the file, if that is safe: pictures but SVG, audio, video, PDF, and text as `text/plain`. */
                disposition?: "attachment" | "inline";
            };
            header?: never;
            path: {
                /** @description The file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The URL, which needs no token and is valid until `expiresAt`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DownloadUrl"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "bytes_missing" | "file_copying" | "file_infected" | "file_not_found" | "file_pending" | "file_scanning" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_query" | "invalid_token" | "not_displayable" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-content": {
        parameters: {
            query?: {
                /** @description `attachment`, the default: a browser saves the file under its name. `inline`: it shows the file, if that is safe: pictures but SVG, audio, video, PDF, and text as `text/plain`. */
                disposition?: "attachment" | "inline";
            };
            header?: never;
            path: {
                /** @description The file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The redirect to storage. */
            302: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "bytes_missing" | "file_copying" | "file_infected" | "file_not_found" | "file_pending" | "file_scanning" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_query" | "invalid_token" | "not_displayable" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-thumbnail": {
        parameters: {
            query?: {
                /** @description The pixels of the longer side: for a list, for a grid (the default), and to look at. A picture is never enlarged. */
                size?: 128 | 512 | 2048;
            };
            header?: never;
            path: {
                /** @description The file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The URL, which needs no token and is valid until `expiresAt`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DownloadUrl"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "bytes_missing" | "file_copying" | "file_infected" | "file_not_found" | "file_pending" | "file_scanning" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_query" | "invalid_token" | "no_thumbnail" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "thumbnail_pending" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-archive": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ArchiveRequest"];
            };
        };
        responses: {
            /** @description The archive. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/zip": string;
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "archive_too_large" | "body_too_large" | "bytes_missing" | "file_copying" | "file_infected" | "file_not_found" | "file_pending" | "file_scanning" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_folder" | "invalid_json" | "invalid_name" | "invalid_space" | "invalid_token" | "malformed_request" | "server_busy" | "signing_unavailable" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-archive-ticket": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ArchiveRequest"];
            };
        };
        responses: {
            /** @description The URL. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DownloadUrl"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "archive_too_large" | "body_too_large" | "bytes_missing" | "file_copying" | "file_infected" | "file_not_found" | "file_pending" | "file_scanning" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_folder" | "invalid_json" | "invalid_name" | "invalid_space" | "invalid_token" | "malformed_request" | "signing_unavailable" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-copy": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CopyRequest"];
            };
        };
        responses: {
            /** @description The copy has begun. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "content_type_not_allowed" | "file_copying" | "file_infected" | "file_not_found" | "file_pending" | "file_scanning" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_folder" | "invalid_json" | "invalid_name" | "invalid_space" | "invalid_token" | "malformed_request" | "quota_exceeded" | "signing_unavailable" | "space_busy" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-restore": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "file_changing" | "file_not_deleted" | "file_not_found" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "signing_unavailable" | "space_busy" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "folders-make": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewFolder"];
            };
        };
        responses: {
            /** @description The folder. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Folder"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "file_changing" | "folder_busy" | "folder_exists" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_folder" | "invalid_json" | "invalid_space" | "invalid_token" | "malformed_request" | "quota_exceeded" | "signing_unavailable" | "space_busy" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "folders-delete": {
        parameters: {
            query?: {
                /** @description The folder, with `/` between names. */
                path?: string;
                /** @description The space: `me` (the default), `app` or `group:{id}`. */
                space?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job. Its id is also that of the deletion. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FolderJob"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "folder_busy" | "folder_not_found" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_folder" | "invalid_query" | "invalid_space" | "invalid_token" | "signing_unavailable" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "too_many_jobs" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "folders-move": {
        parameters: {
            query?: {
                /** @description The folder, with `/` between names. */
                path?: string;
                /** @description The space: `me` (the default), `app` or `group:{id}`. */
                space?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FolderMove"];
            };
        };
        responses: {
            /** @description The job. It is done already if there were not many files. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FolderJob"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "folder_busy" | "folder_exists" | "folder_in_itself" | "folder_not_found" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_folder" | "invalid_json" | "invalid_name" | "invalid_query" | "invalid_space" | "invalid_token" | "malformed_request" | "signing_unavailable" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "too_many_jobs" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "folders-copy": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FolderCopy"];
            };
        };
        responses: {
            /** @description The job. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FolderJob"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "folder_busy" | "folder_exists" | "folder_in_itself" | "folder_not_found" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_folder" | "invalid_json" | "invalid_space" | "invalid_token" | "malformed_request" | "quota_exceeded" | "signing_unavailable" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "too_many_jobs" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "folders-restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FolderRestore"];
            };
        };
        responses: {
            /** @description The job. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FolderJob"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "folder_busy" | "folder_not_found" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_folder" | "invalid_json" | "invalid_space" | "invalid_token" | "malformed_request" | "signing_unavailable" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "too_many_jobs" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "jobs-read": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The job. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The job. `Retry-After` says when to ask again while it is not at its end. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FolderJob"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "job_not_found" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "jobs-cancel": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The job. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is ended. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "job_not_cancellable" | "job_not_found" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "jobs-download": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The job. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The URL, which needs no token and is valid until `expiresAt`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DownloadUrl"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "archive_outdated" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "job_failed" | "job_not_cancellable" | "job_not_found" | "job_running" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "archives-make": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ArchiveRequest"];
            };
        };
        responses: {
            /** @description The job. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FolderJob"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "bytes_missing" | "file_copying" | "file_infected" | "file_not_found" | "file_pending" | "file_scanning" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_folder" | "invalid_json" | "invalid_name" | "invalid_space" | "invalid_token" | "malformed_request" | "signing_unavailable" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "too_many_jobs" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-bulk": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["BulkRequest"];
            };
        };
        responses: {
            /** @description What became of each file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BulkResults"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_folder" | "invalid_json" | "invalid_tags" | "invalid_token" | "malformed_request" | "not_supported" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-versions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The versions. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Versions"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "file_copying" | "file_not_found" | "file_pending" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-version-begin": {
        parameters: {
            query?: never;
            header?: {
                /** @description The file's `etag`, as it was read: only this version is replaced. Without it, or with `*`, whatever the file has by then (RFC 9110 §13.1.1). */
                "If-Match"?: string;
                /** @description The same key begins the same upload again. */
                "Idempotency-Key"?: string;
            };
            path: {
                /** @description The file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["VersionRequest"];
            };
        };
        responses: {
            /** @description The key has begun this upload before. How far it is; `id` is the file's once it has replaced its bytes. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Progress"];
                };
            };
            /** @description The upload is pending. Send its bytes. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Begun"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "content_type_not_allowed" | "file_copying" | "file_infected" | "file_not_found" | "file_pending" | "file_scanning" | "file_too_large" | "idempotency_key_reused" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_conflict" | "invalid_content_type" | "invalid_dpop_proof" | "invalid_idempotency_key" | "invalid_if_match" | "invalid_json" | "invalid_md5" | "invalid_metadata" | "invalid_name" | "invalid_sha256" | "invalid_size" | "invalid_tags" | "invalid_time" | "invalid_token" | "malformed_request" | "quota_exceeded" | "resumable_required" | "signing_unavailable" | "space_busy" | "storage_unavailable" | "tenant_suspended" | "too_many_oversized" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "upload_expired" | "use_dpop_nonce" | "version_conflict";
                    };
                };
            };
        };
    };
    "files-version-download": {
        parameters: {
            query?: {
                /** @description As for the file itself. */
                disposition?: "attachment" | "inline";
            };
            header?: never;
            path: {
                /** @description The file. */
                id: string;
                /** @description The version's id. */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The URL, which needs no token and is valid until `expiresAt`. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DownloadUrl"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "bytes_missing" | "file_copying" | "file_infected" | "file_not_found" | "file_pending" | "file_scanning" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_query" | "invalid_token" | "not_displayable" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce" | "version_not_found";
                    };
                };
            };
        };
    };
    "files-version-restore": {
        parameters: {
            query?: never;
            header?: {
                /** @description The file's `etag`, as it was read: only this version is replaced. Without it, or with `*`, whatever the file has by then (RFC 9110 §13.1.1). */
                "If-Match"?: string;
            };
            path: {
                /** @description The file. */
                id: string;
                /** @description The version's id. */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The file. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["File"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "bytes_missing" | "file_changing" | "file_copying" | "file_infected" | "file_not_found" | "file_pending" | "file_scanning" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_if_match" | "invalid_token" | "signing_unavailable" | "space_busy" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce" | "version_conflict" | "version_not_found";
                    };
                };
            };
        };
    };
    "files-version-delete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The file. */
                id: string;
                /** @description The version's id. */
                version: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description It is gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "file_not_found" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "signing_unavailable" | "space_busy" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce" | "version_current" | "version_not_found";
                    };
                };
            };
        };
    };
    "people-find": {
        parameters: {
            query: {
                /** @description The beginning of a display name, or a whole user name or verified email address. */
                q: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The people, in the order of their names. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["People"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_query" | "invalid_token" | "people_hidden" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "too_many_requests" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-shares": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The shares that have not expired. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Shares"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "file_not_found" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "files-share": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["ShareRequest"];
            };
        };
        responses: {
            /** @description The share. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Share"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "file_copying" | "file_infected" | "file_not_found" | "file_pending" | "file_scanning" | "group_not_found" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_json" | "invalid_share" | "invalid_token" | "malformed_request" | "server_busy" | "signing_unavailable" | "space_busy" | "storage_unavailable" | "tenant_suspended" | "too_many_shares" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce" | "user_not_found";
                    };
                };
            };
        };
    };
    "files-unshare": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The file. */
                id: string;
                /** @description The share. */
                shareId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "file_not_found" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "share_not_found" | "signing_unavailable" | "space_busy" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "links-list": {
        parameters: {
            query?: {
                /** @description `me` (the default), `app` or `group:{id}`. */
                space?: string;
                /** @description Maximum number of items; default 50. */
                limit?: components["parameters"]["limit"];
                /** @description The opaque `cursor` of the previous page. */
                cursor?: components["parameters"]["cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The links that have not expired. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Links"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_cursor" | "invalid_dpop_proof" | "invalid_limit" | "invalid_query" | "invalid_space" | "invalid_token" | "signing_unavailable" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "links-create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkRequest"];
            };
        };
        responses: {
            /** @description The link. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Link"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "bytes_missing" | "file_changing" | "file_copying" | "file_not_found" | "file_pending" | "folder_busy" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_folder" | "invalid_json" | "invalid_space" | "invalid_token" | "malformed_request" | "quota_exceeded" | "server_busy" | "signing_unavailable" | "space_busy" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "too_many_links" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "links-read": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The link, or the file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The link. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Link"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "link_not_found" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "links-revoke": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The link, or the file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Revoked. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "link_not_found" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "links-change": {
        parameters: {
            query?: never;
            header?: {
                /** @description The link's `etag` as it was read; 412 if it was changed since (RFC 9110 §13.1.1). */
                "If-Match"?: string;
            };
            path: {
                /** @description The link, or the file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["LinkPatch"];
            };
        };
        responses: {
            /** @description The link. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Link"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "etag_mismatch" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_json" | "invalid_token" | "link_busy" | "link_not_found" | "malformed_request" | "server_busy" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "requests-list": {
        parameters: {
            query?: {
                /** @description `me` (the default), `app` or `group:{id}`. */
                space?: string;
                /** @description Maximum number of items; default 50. */
                limit?: components["parameters"]["limit"];
                /** @description The opaque `cursor` of the previous page. */
                cursor?: components["parameters"]["cursor"];
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The requests. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileRequests"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_cursor" | "invalid_dpop_proof" | "invalid_limit" | "invalid_query" | "invalid_space" | "invalid_token" | "signing_unavailable" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "requests-create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FileRequestBody"];
            };
        };
        responses: {
            /** @description The request. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileRequest"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "file_changing" | "folder_busy" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_folder" | "invalid_json" | "invalid_space" | "invalid_token" | "malformed_request" | "quota_exceeded" | "server_busy" | "signing_unavailable" | "space_busy" | "space_not_found" | "storage_unavailable" | "tenant_suspended" | "too_many_requests" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "requests-read": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The request, or the file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The request. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileRequest"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "request_not_found" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "requests-close": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The request, or the file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Closed, also if it was closed already. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "request_not_found" | "signing_unavailable" | "space_busy" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "requests-change": {
        parameters: {
            query?: never;
            header?: {
                /** @description The request's `etag` as it was read; 412 if it was changed since (RFC 9110 §13.1.1). */
                "If-Match"?: string;
            };
            path: {
                /** @description The request, or the file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["FileRequestPatch"];
            };
        };
        responses: {
            /** @description The request. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileRequest"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "etag_mismatch" | "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_json" | "invalid_token" | "malformed_request" | "request_closed" | "request_not_found" | "server_busy" | "signing_unavailable" | "space_busy" | "storage_unavailable" | "tenant_suspended" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "requests-files": {
        parameters: {
            query?: {
                /** @description Maximum number of items; default 50. */
                limit?: components["parameters"]["limit"];
                /** @description The opaque `cursor` of the previous page. */
                cursor?: components["parameters"]["cursor"];
            };
            header?: never;
            path: {
                /** @description The request, or the file. */
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["FileList"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_rights" | "insufficient_scope" | "internal_error" | "invalid_cursor" | "invalid_dpop_proof" | "invalid_limit" | "invalid_query" | "invalid_token" | "request_not_found" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "messages-connect": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["MessageKey"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "messages_off" | "messages_unavailable" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "too_many_messages" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "messages-inbox": {
        parameters: {
            query?: {
                /** @description Maximum number of items; default 50. */
                limit?: components["parameters"]["limit"];
                /** @description The opaque `cursor` of the last reading. */
                cursor?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description A page. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        messages: components["schemas"]["Message"][];
                        /** @description where to go on, now or later */
                        cursor: string;
                        /** @description there are more already */
                        more: boolean;
                    };
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_cursor" | "invalid_dpop_proof" | "invalid_limit" | "invalid_query" | "invalid_token" | "messages_off" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "messages-send": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewMessage"];
            };
        };
        responses: {
            /** @description It is on its way. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SentMessage"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "group_too_large" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_json" | "invalid_token" | "malformed_request" | "messages_not_allowed" | "messages_off" | "messages_unavailable" | "recipient_not_found" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "too_many_messages" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "messages-acknowledge": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MessageIds"];
            };
        };
        responses: {
            /** @description They are gone. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_json" | "invalid_token" | "malformed_request" | "messages_off" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "messages-blocked": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, by id. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["BlockedUsers"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "messages_off" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "messages-block": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The user's id. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Blocked. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "messages_off" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "too_many_blocked" | "unknown_tenant" | "use_dpop_nonce" | "user_not_found";
                    };
                };
            };
        };
    };
    "messages-unblock": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The user's id. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Not blocked. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "messages_off" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce" | "user_not_found";
                    };
                };
            };
        };
    };
    "messages-keys": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The user's id. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys, by device. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceKeys"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "messages_not_allowed" | "messages_off" | "recipient_not_found" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-keys": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description The keys, by device. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceKeys"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "messages_off" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-key-put": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The device's id, which it chooses: 1 to 64 letters, digits, hyphens and underscores. */
                device: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewDeviceKey"];
            };
        };
        responses: {
            /** @description The key. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["DeviceKey"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_json" | "invalid_token" | "malformed_request" | "messages_off" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "too_many_devices" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "me-key-delete": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The device's id, which it chooses: 1 to 64 letters, digits, hyphens and underscores. */
                device: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "device_not_found" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "messages_off" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "app-groups": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, by id. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AppGroups"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "app-group-create": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAppGroup"];
            };
        };
        responses: {
            /** @description The group. */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AppGroup"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_json" | "invalid_token" | "malformed_request" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "too_many_groups" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "app-group-delete": {
        parameters: {
            query?: {
                /** @description `purge`: delete the group's files for good. */
                files?: "purge";
            };
            header?: never;
            path: {
                /** @description The group's id: 1 to 64 letters, digits, `-`, `.` or `_`. */
                group: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description One minute was not enough: repeat the request, or wait for the hourly timer. */
            202: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": {
                        done: boolean;
                    };
                };
            };
            /** @description Deleted. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "changed_meanwhile" | "group_has_files" | "group_not_found" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_query" | "invalid_token" | "owner_required" | "signing_unavailable" | "space_busy" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "app-group-members": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The group's id: 1 to 64 letters, digits, `-`, `.` or `_`. */
                group: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description All of them, by id; at most 100. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AppGroupMembers"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "group_not_found" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce";
                    };
                };
            };
        };
    };
    "app-group-member-put": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The group's id: 1 to 64 letters, digits, `-`, `.` or `_`. */
                group: string;
                /** @description The user's id. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["NewAppGroupMember"];
            };
        };
        responses: {
            /** @description The member. */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["AppGroupMember"];
                };
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "body_too_large" | "changed_meanwhile" | "group_not_found" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_field" | "invalid_json" | "invalid_token" | "last_owner" | "malformed_request" | "owner_required" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "too_many_members" | "truncated_body" | "unknown_tenant" | "unsupported_media_type" | "use_dpop_nonce" | "user_not_found";
                    };
                };
            };
        };
    };
    "app-group-member-remove": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                /** @description The group's id: 1 to 64 letters, digits, `-`, `.` or `_`. */
                group: string;
                /** @description The user's id. */
                userId: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Removed. */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"] & {
                        /** @enum {unknown} */
                        code: "changed_meanwhile" | "group_not_found" | "insufficient_scope" | "internal_error" | "invalid_dpop_proof" | "invalid_token" | "last_owner" | "member_not_found" | "owner_required" | "signing_unavailable" | "storage_unavailable" | "tenant_suspended" | "unknown_tenant" | "use_dpop_nonce" | "user_not_found";
                    };
                };
            };
        };
    };
}
