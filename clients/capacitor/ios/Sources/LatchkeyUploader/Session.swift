import Foundation

/// The session of `@latchkey/client`, from the value that it keeps in the secure store: `latchkey:tokens:{issuer}:{clientId}`.
/// The web view refreshes the same tokens, so a new value is written only if the store still holds the token that was sent.
actor Session {
    private let issuer: String
    private let clientId: String
    private let store: KeychainStore
    private let http: Http
    private let lockFile: URL
    private var refreshing: Task<String, Error>?

    init(issuer: String, clientId: String, store: KeychainStore, http: Http, lockFile: URL) {
        self.issuer = issuer
        self.clientId = clientId
        self.store = store
        self.http = http
        self.lockFile = lockFile
    }

    private var name: String { "latchkey:tokens:\(issuer):\(clientId)" }

    /// The user (`sub`) to whom the stored tokens belong; nil if nobody is signed in. It is not verified: the service does that.
    func user() -> String? {
        (read()?["accessToken"] as? String).flatMap(Self.subject)
    }

    /// An access token that is good for a minute at least; refreshed if there is none. `refused` is one that the service did not take.
    ///
    /// - Throws: `UploadError.signedOut`; `.tryLater` if the service can't say now.
    func accessToken(refused: String? = nil) async throws -> String {
        if let token = fresh(read(), refused) { return token }
        if let refreshing { return try await refreshing.value }
        let task = Task { try await self.refreshUnderLock(refused) }
        refreshing = task
        defer { refreshing = nil }
        return try await task.value
    }

    private func refreshUnderLock(_ refused: String?) async throws -> String {
        let file = open(lockFile.path, O_CREAT | O_RDWR, S_IRUSR | S_IWUSR)
        guard file >= 0 else { throw UploadError.tryLater(seconds: nil) }
        defer { close(file) } // The lock ends with it, or with the process.
        while flock(file, LOCK_EX | LOCK_NB) != 0 {
            try await Task.sleep(nanoseconds: 50_000_000)
        }
        // Whoever held the lock before has refreshed, or the web view has.
        guard let before = read() else { throw UploadError.signedOut }
        if let token = fresh(before, refused) { return token }
        return try await refresh(before)
    }

    /// RFC 6749 section 6. If the process dies before the write, the old token gets the same successor again (docs/apps/sign-in.md).
    private func refresh(_ before: [String: Any]) async throws -> String {
        guard let sent = before["refreshToken"] as? String, (before["tokenType"] as? String)?.lowercased() != "dpop" else {
            throw UploadError.signedOut
        }
        let form = [("grant_type", "refresh_token"), ("refresh_token", sent), ("client_id", clientId)]
            .map { "\($0)=\($1.addingPercentEncoding(withAllowedCharacters: Self.unreserved) ?? "")" }
            .joined(separator: "&")
        let answer = try await http.send("POST", "\(issuer)/oauth/token", headers: [
            "Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"
        ], body: Data(form.utf8))
        return try store.exclusively { try keep(answer, sent) }
    }

    private func keep(_ answer: Answer, _ sent: String) throws -> String {
        guard var current = read() else { throw UploadError.signedOut } // Signed out meanwhile: what came is not kept.
        guard current["refreshToken"] as? String == sent else {
            if let token = fresh(current, nil) { return token }
            throw UploadError.tryLater(seconds: 1) // Somebody else refreshed.
        }
        if Self.ended.contains(answer.code) { throw UploadError.signedOut } // The web view finds the same and tells the user.
        let new = answer.json
        guard answer.isSuccess, let token = new["access_token"] as? String, !token.isEmpty else { throw answer.later }
        current["accessToken"] = token
        current["tokenType"] = new["token_type"] as? String ?? "Bearer"
        current["expiresAt"] = Self.now() + (new["expires_in"] as? Int ?? 60) * 1000
        for (ours, theirs) in [("refreshToken", "refresh_token"), ("idToken", "id_token"), ("scope", "scope")] {
            if let value = new[theirs] as? String { current[ours] = value }
        }
        let data = try JSONSerialization.data(withJSONObject: current)
        try store.set(name, String(decoding: data, as: UTF8.self))
        return token
    }

    private func fresh(_ tokens: [String: Any]?, _ refused: String?) -> String? {
        guard let tokens, let token = tokens["accessToken"] as? String, !token.isEmpty, token != refused,
              let expiresAt = tokens["expiresAt"] as? Int, expiresAt - Self.now() > 60_000 else { return nil }
        return token
    }

    // Nil too if it is of a form that this version does not know, or the Keychain can't be read before the first unlock.
    private func read() -> [String: Any]? {
        guard let text = try? store.get(name),
              let tokens = (try? JSONSerialization.jsonObject(with: Data(text.utf8))) as? [String: Any],
              tokens["v"] as? Int == 1 else { return nil }
        return tokens
    }

    private static let ended: Set = ["invalid_grant", "invalid_client", "unauthorized_client"]
    private static let unreserved = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")

    private static func now() -> Int { Int(Date().timeIntervalSince1970 * 1000) }

    /// `sub` of a JWT; nil if it is none.
    static func subject(_ token: String) -> String? {
        let parts = token.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3 else { return nil }
        var text = parts[1].replacingOccurrences(of: "-", with: "+").replacingOccurrences(of: "_", with: "/")
        while text.count % 4 != 0 { text += "=" }
        guard let data = Data(base64Encoded: text),
              let claims = (try? JSONSerialization.jsonObject(with: data)) as? [String: Any] else { return nil }
        return claims["sub"] as? String
    }
}
