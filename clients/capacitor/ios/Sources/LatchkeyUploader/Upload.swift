import CryptoKit
import Foundation

/// `state` of an upload, as the app sees it.
enum UploadState: String, Codable {
    case waiting, sending, paused, done, failed, cancelled
}

/// One file to upload. `id` is its `Idempotency-Key` too, and `request` the body of its begin request: whoever sends both again begins
/// the same file, so a death between any two steps uploads nothing twice (docs/apps/uploads.md).
struct Upload: Codable {
    let id: String
    /// Whose upload it is (`sub`); it is never sent with the tokens of another.
    let user: String
    /// Relative to the app's home folder if it is in there: that folder has another path after each update of the app.
    let path: String
    let size: Int
    /// When the file was last written, in milliseconds: a file that changes is not uploaded half old, half new.
    let fileModified: Int
    let request: Data
    let unmetered: Bool
    let charging: Bool
    let deleteAfter: Bool
    let queuedAt: Date
    var state = UploadState.waiting
    var sent = 0
    var fileId: String?
    var code: String?
    /// How often in a row a turn has brought nothing.
    var tries = 0

    /// From this size on the bytes go in blocks, of which a broken line loses one at most.
    static let blocksFrom = 8 * 1024 * 1024
    private static let fields = ["folder", "space", "contentType", "sha256", "md5", "modifiedAt", "takenAt", "metadata", "tags"]

    var isActive: Bool { state == .waiting || state == .sending }

    var name: String { ((try? JSONSerialization.jsonObject(with: request)) as? [String: Any])?["name"] as? String ?? "" }

    var file: URL {
        path.hasPrefix("/") ? URL(fileURLWithPath: path) : URL(fileURLWithPath: NSHomeDirectory()).appendingPathComponent(path)
    }

    /// Nil if the file is there and as it was; otherwise the code.
    var fault: String? {
        guard let now = try? Self.properties(file) else { return "file_missing" }
        return now.size == size && now.modified == fileModified ? nil : "file_changed"
    }

    /// What the app sees (src/definitions.ts).
    var status: [String: Any] {
        var status: [String: Any] = ["id": id, "name": name, "size": size, "sent": sent, "state": state.rawValue]
        status["fileId"] = fileId
        status["code"] = code
        return status
    }

    /// From a file of `enqueue`. With `asset`, the photo's id on this phone, the key follows from it, from size and time: the same
    /// photo is begun once, even if the app queues it again after it was installed anew.
    init(_ options: [String: Any], user: String, unmetered: Bool, charging: Bool) throws {
        guard let address = options["path"] as? String else { throw PluginError("`path` is missing.") }
        let file = URL(fileURLWithPath: Self.path(of: address))
        guard let found = try? Self.properties(file) else { throw PluginError("There is no file \(file.path).") }
        let name = (options["name"] as? String).flatMap { $0.isEmpty ? nil : $0 } ?? file.lastPathComponent
        var body: [String: Any] = ["name": name, "size": found.size, "resumable": found.size >= Self.blocksFrom]
        for field in Self.fields {
            if let value = options[field], !(value is NSNull) { body[field] = value }
        }
        let asset = options["asset"] as? String ?? ""
        let modifiedAt = body["modifiedAt"] as? String ?? ""
        let space = body["space"] as? String ?? "me"
        let key = Self.sha256("\(asset)\n\(found.size)\n\(modifiedAt)\n\(user)\n\(space)")
        // Without symbolic links: /private/var is /var.
        let home = URL(fileURLWithPath: NSHomeDirectory()).resolvingSymlinksInPath().path + "/"
        let resolved = file.resolvingSymlinksInPath().path
        self.id = asset.isEmpty ? UUID().uuidString.lowercased() : "asset-\(key.prefix(40))"
        self.user = user
        self.path = resolved.hasPrefix(home) ? String(resolved.dropFirst(home.count)) : file.path
        self.size = found.size
        self.fileModified = found.modified
        self.request = try JSONSerialization.data(withJSONObject: body, options: .sortedKeys)
        self.unmetered = unmetered
        self.charging = charging
        self.deleteAfter = options["deleteAfter"] as? Bool ?? false
        self.queuedAt = Date()
    }

    /// A `file:` address or a path. Below iOS 17 `URL` refuses an address with a space or an umlaut that is not escaped.
    private static func path(of address: String) -> String {
        guard address.hasPrefix("file:") else { return address }
        var path = String(address.dropFirst(5))
        if path.hasPrefix("//") { path = String(path.dropFirst(2).drop { $0 != "/" }) } // The host is empty, or localhost.
        return path.removingPercentEncoding ?? path
    }

    private static func properties(_ file: URL) throws -> (size: Int, modified: Int) {
        let all = try FileManager.default.attributesOfItem(atPath: file.path)
        guard all[.type] as? FileAttributeType == .typeRegular, let size = all[.size] as? NSNumber,
              let modified = all[.modificationDate] as? Date else { throw PluginError("This is no file.") }
        return (size.intValue, Int(modified.timeIntervalSince1970 * 1000))
    }

    private static func sha256(_ text: String) -> String {
        SHA256.hash(data: Data(text.utf8)).map { String(format: "%02x", $0) }.joined()
    }
}

/// What is said to the app.
struct PluginError: LocalizedError {
    let errorDescription: String?

    init(_ text: String) {
        errorDescription = text
    }
}
