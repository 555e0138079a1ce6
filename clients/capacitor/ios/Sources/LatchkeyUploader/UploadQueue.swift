import Foundation

/// The uploads, a file each in a folder of the app. They hold no token and no URL. Only the actor `Uploader` uses it.
struct UploadQueue {
    let folder: URL

    init(folder: URL) throws {
        self.folder = folder
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    }

    /// Adds an upload. One with the same id that has not failed and was not cancelled stays as it is.
    func add(_ upload: Upload) throws {
        if let there = find(upload.id), there.state != .failed, there.state != .cancelled { return }
        try write(upload)
    }

    func find(_ id: String) -> Upload? {
        guard let file = try? file(id), let data = try? Data(contentsOf: file) else { return nil }
        return try? JSONDecoder().decode(Upload.self, from: data)
    }

    /// In the order in which they were queued.
    func all() -> [Upload] {
        let files = (try? FileManager.default.contentsOfDirectory(at: folder, includingPropertiesForKeys: nil)) ?? []
        return files.filter { $0.pathExtension == "json" }
            .compactMap { find($0.deletingPathExtension().lastPathComponent) }
            .sorted { ($0.queuedAt, $0.id) < ($1.queuedAt, $1.id) }
    }

    /// Whole or not at all, whenever the process dies. It can be read while the phone is locked.
    func write(_ upload: Upload) throws {
        try JSONEncoder().encode(upload).write(to: file(upload.id), options: [.atomic, .completeFileProtectionUntilFirstUserAuthentication])
    }

    func forget(_ id: String) throws {
        try FileManager.default.removeItem(at: file(id))
    }

    private func file(_ id: String) throws -> URL {
        guard id.range(of: "^[A-Za-z0-9-]{1,64}$", options: .regularExpression) != nil else {
            throw PluginError("This is no id of an upload.")
        }
        return folder.appendingPathComponent("\(id).json")
    }
}
