import Foundation
import Security

/// Values in the Keychain, on this device alone. They can be read while the phone is locked, once it was unlocked after its start:
/// uploads go on in the pocket.
struct KeychainStore {
    /// Of the Keychain, for an app whose extensions use the same session. Nil: the app's own.
    let accessGroup: String?

    private static let service = "latchkey-uploader"
    private static let lock = NSRecursiveLock()

    func get(_ name: String) throws -> String? {
        var query = base(name)
        query[kSecReturnData as String] = true
        query[kSecMatchLimit as String] = kSecMatchLimitOne
        var found: CFTypeRef?
        let status = SecItemCopyMatching(query as CFDictionary, &found)
        if status == errSecItemNotFound { return nil }
        guard status == errSecSuccess, let data = found as? Data else { throw KeychainError(status: status) }
        return String(data: data, encoding: .utf8)
    }

    /// One at a time in this process. Whoever looks at a value and then writes does both in here, so that no sign-out or sign-in comes
    /// in between.
    func exclusively<T>(_ work: () throws -> T) rethrows -> T {
        Self.lock.lock()
        defer { Self.lock.unlock() }
        return try work()
    }

    func set(_ name: String, _ value: String) throws {
        try exclusively { try write(name, value) }
    }

    private func write(_ name: String, _ value: String) throws {
        let data = Data(value.utf8)
        let status = SecItemUpdate(base(name) as CFDictionary, [kSecValueData as String: data] as CFDictionary)
        if status == errSecSuccess { return }
        guard status == errSecItemNotFound else { throw KeychainError(status: status) }
        var item = base(name)
        item[kSecValueData as String] = data
        item[kSecAttrAccessible as String] = kSecAttrAccessibleAfterFirstUnlockThisDeviceOnly
        let added = SecItemAdd(item as CFDictionary, nil)
        guard added == errSecSuccess else { throw KeychainError(status: added) }
    }

    func remove(_ name: String) throws {
        let status = exclusively { SecItemDelete(base(name) as CFDictionary) }
        guard status == errSecSuccess || status == errSecItemNotFound else { throw KeychainError(status: status) }
    }

    func names() throws -> [String] {
        var query = base(nil)
        query[kSecReturnAttributes as String] = true
        query[kSecMatchLimit as String] = kSecMatchLimitAll
        var found: CFTypeRef?
        let status = SecItemCopyMatching(query as CFDictionary, &found)
        if status == errSecItemNotFound { return [] }
        guard status == errSecSuccess else { throw KeychainError(status: status) }
        return (found as? [[String: Any]] ?? []).compactMap { $0[kSecAttrAccount as String] as? String }
    }

    private func base(_ name: String?) -> [String: Any] {
        var query: [String: Any] = [kSecClass as String: kSecClassGenericPassword, kSecAttrService as String: Self.service]
        if let name { query[kSecAttrAccount as String] = name }
        if let accessGroup { query[kSecAttrAccessGroup as String] = accessGroup }
        return query
    }
}

/// `errSecInteractionNotAllowed` among others: the phone was not unlocked since its start.
struct KeychainError: LocalizedError {
    let status: OSStatus

    var errorDescription: String? { "The Keychain answered \(status)." }
}
