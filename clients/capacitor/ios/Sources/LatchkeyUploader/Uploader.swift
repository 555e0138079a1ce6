import Foundation
import UIKit

/// Uploads the files of the queue: begin, the bytes, complete (docs/apps/uploads.md). Every turn begins again with the same key, and the
/// service says what is missing. So a turn needs nothing of the one before it, wherever the app was killed. The bytes are sent by the
/// system, also while the app does not run.
public actor Uploader {
    public static let shared = Uploader()

    /// As many bytes are with the system at the same time: enough to go on for a while without the app, and copies that find room.
    private static let window = 64 * 1024 * 1024
    private static let tasks = 24

    /// What happens while the app runs.
    var changed: (([String: Any]) -> Void)?
    var signedOut: (() -> Void)?

    private var connection: Connection?
    private var transfer: Transfer? // One for the process: no two sessions may have the same identifier.
    private var work: Task<Void, Never>?
    private var systemWaits: [String: () -> Void] = [:]
    private var inFlight: [String: [Int: Int]] = [:]
    private var isScheduled = false

    private struct Connection {
        let issuer: String
        let session: Session
        let http: Http
        let queue: UploadQueue
        let transfer: Transfer
    }

    /// Call it from `application(_:handleEventsForBackgroundURLSession:completionHandler:)`; false if the session is another's.
    public static func handleEvents(_ identifier: String, completionHandler: @escaping () -> Void) -> Bool {
        guard Transfer.identifiers.contains(identifier) else { return false }
        Task {
            await shared.wait(identifier, completionHandler)
            do {
                try await shared.restore()
            } catch {
                await shared.answer(identifier) // `configure` was never called: there is nothing to go on with.
            }
        }
        return true
    }

    /// Keeps the settings; the system may start the app without its web view.
    func configure(issuer: String, clientId: String, allowLocal: Bool, accessGroup: String?) throws {
        let settings: [String: Any] = ["issuer": issuer, "clientId": clientId, "allowLocal": allowLocal, "accessGroup": accessGroup ?? ""]
        let before = UserDefaults.standard.dictionary(forKey: Self.defaults) ?? [:]
        if !NSDictionary(dictionary: before).isEqual(to: settings) {
            UserDefaults.standard.set(settings, forKey: Self.defaults)
            connection = nil
        }
        try restore()
    }

    /// Takes over what the system has sent, and goes on.
    func restore() throws {
        _ = try connect()
        later { await self.fill() }
    }

    func enqueue(_ files: [[String: Any]], unmetered: Bool, charging: Bool) async throws -> [String] {
        let connection = try connect()
        guard let user = await connection.session.user() else { throw PluginError("Nobody is signed in.") }
        let uploads = try files.map { try Upload($0, user: user, unmetered: unmetered, charging: charging) }
        defer { later { await self.fill() } }
        try uploads.forEach { try connection.queue.add($0) }
        return uploads.map(\.id)
    }

    func pause(_ ids: [String]?) async throws {
        try await stop(ids, from: [.waiting, .sending], to: .paused)
    }

    func resume(_ ids: [String]?) throws {
        let queue = try connect().queue
        for var upload in queue.all() where ids?.contains(upload.id) ?? true {
            guard upload.state == .paused || upload.state == .failed || upload.tries > 0 else { continue }
            if !upload.isActive { upload.state = .waiting }
            upload.code = nil
            upload.tries = 0
            try queue.write(upload)
            changed?(upload.status)
        }
        later { await self.fill() }
    }

    func cancel(_ ids: [String]?) async throws {
        try await stop(ids, from: [.waiting, .sending, .paused, .failed], to: .cancelled)
    }

    func list() async throws -> [[String: Any]] {
        let connection = try connect()
        let user = await connection.session.user()
        return connection.queue.all().filter { $0.user == user }.map(\.status)
    }

    func clear() throws {
        let queue = try connect().queue
        for upload in queue.all() where upload.state == .done || upload.state == .cancelled { try queue.forget(upload.id) }
    }

    func listen(changed: (([String: Any]) -> Void)?, signedOut: (() -> Void)?) {
        self.changed = changed
        self.signedOut = signedOut
    }

    // One after the other, so that no two turns work on the same upload.
    private func later(_ body: @escaping () async -> Void) {
        let before = work
        let background = UIApplicationTask()
        work = Task {
            await before?.value
            await body()
            await background.end()
        }
    }

    private func wait(_ identifier: String, _ completionHandler: @escaping () -> Void) {
        systemWaits[identifier] = completionHandler
    }

    private func connect() throws -> Connection {
        if let connection { return connection }
        guard let settings = UserDefaults.standard.dictionary(forKey: Self.defaults),
              let issuer = settings["issuer"] as? String, let clientId = settings["clientId"] as? String else {
            throw PluginError("Call `configure` first.")
        }
        let folder = try FileManager.default.url(for: .applicationSupportDirectory, in: .userDomainMask, appropriateFor: nil, create: true)
            .appendingPathComponent("latchkey-uploads")
        let group = settings["accessGroup"] as? String ?? ""
        let http = Http(allowLocal: settings["allowLocal"] as? Bool ?? false)
        let queue = try UploadQueue(folder: folder)
        let transfer = try self.transfer ?? newTransfer(folder)
        let store = KeychainStore(accessGroup: group.isEmpty ? nil : group)
        let session = Session(
            issuer: issuer, clientId: clientId, store: store, http: http, lockFile: folder.appendingPathComponent("refresh.lock"))
        let made = Connection(issuer: issuer, session: session, http: http, queue: queue, transfer: transfer)
        connection = made
        return made
    }

    private func newTransfer(_ folder: URL) throws -> Transfer {
        let made = try Transfer(copies: folder.appendingPathComponent("copies"))
        made.ended = { part, isSent in Task { await self.ended(part, isSent) } }
        made.progressed = { part, bytes in Task { await self.progressed(part, bytes) } }
        made.delivered = { identifier in Task { await self.delivered(identifier) } }
        made.open()
        transfer = made
        return made
    }

    private func ended(_ part: Part, _ isSent: Bool) {
        inFlight[part.upload]?[part.block ?? 0] = nil
        guard let queue = connection?.queue, var upload = queue.find(part.upload), upload.isActive else { return }
        upload.tries = isSent ? 0 : upload.tries + 1
        if isSent { upload.sent = min(upload.sent + part.bytes, upload.size) }
        try? queue.write(upload)
        changed?(upload.status)
        later { await self.fill() }
    }

    private func progressed(_ part: Part, _ bytes: Int) {
        inFlight[part.upload, default: [:]][part.block ?? 0] = bytes
        guard let changed, let upload = connection?.queue.find(part.upload), upload.isActive else { return }
        var status = upload.status
        status["sent"] = min(upload.sent + (inFlight[part.upload]?.values.reduce(0, +) ?? 0), upload.size)
        changed(status)
    }

    private func delivered(_ identifier: String) {
        later {
            await self.fill() // The app has half a minute: what comes next is with the system before it says that it is done.
            await self.answer(identifier)
        }
    }

    /// Tells the system that the app is done with the events of a session.
    private func answer(_ identifier: String) async {
        guard let completion = systemWaits.removeValue(forKey: identifier) else { return }
        await MainActor.run { completion() }
    }

    private func stop(_ ids: [String]?, from states: Set<UploadState>, to state: UploadState) async throws {
        let connection = try connect()
        for var upload in connection.queue.all() where states.contains(upload.state) && (ids?.contains(upload.id) ?? true) {
            upload.state = state
            upload.code = nil
            try connection.queue.write(upload)
            if state == .cancelled && upload.deleteAfter { try? FileManager.default.removeItem(at: upload.file) }
            changed?(upload.status)
        }
        for (part, task) in await connection.transfer.parts() {
            if connection.queue.find(part.upload)?.isActive != true { task.cancel() }
        }
    }

    /// Gives the system work until its window is full.
    private func fill() async {
        guard let connection = try? connect(), let user = await connection.session.user() else { return }
        var parts = await connection.transfer.parts().map(\.part)
        connection.transfer.sweep(parts)
        for upload in connection.queue.all() where upload.isActive && upload.user == user {
            let used = parts.reduce(0) { $0 + $1.bytes }
            if used >= Self.window || parts.count >= Self.tasks { return }
            if upload.tries >= 3 { continue } // Until `resume` or `again`.
            if parts.contains(where: { $0.upload == upload.id }) { continue } // Its turn comes when they have ended.
            do {
                parts += try await turn(upload, connection, room: Self.window - used)
            } catch UploadError.signedOut {
                signedOut?()
                return
            } catch UploadError.refused(let code) {
                update(upload.id) { $0.state = .failed; $0.code = code }
            } catch UploadError.tryLater(let seconds) {
                update(upload.id) { $0.tries += 1 }
                tryAgain(in: seconds ?? 60)
                if seconds != nil || upload.tries < 2 { return } // From the third time on it no longer keeps the others waiting.
            } catch {
                return tryAgain(in: 60)
            }
        }
        if connection.queue.all().contains(where: { $0.isActive && $0.tries >= 3 }) { tryAgain(in: 300) }
    }

    /// While the app runs. If it does not, the end of another transfer or its next start goes on.
    private func tryAgain(in seconds: Int) {
        if isScheduled { return }
        isScheduled = true
        Task {
            try? await Task.sleep(nanoseconds: UInt64(seconds) * 1_000_000_000)
            self.again()
        }
    }

    private func again() {
        isScheduled = false
        for upload in connection?.queue.all() ?? [] where upload.isActive && upload.tries >= 3 { update(upload.id) { $0.tries = 0 } }
        later { await self.fill() }
    }

    /// Begins, or asks how far it is; hands over what is missing, or completes. Answers what was handed over.
    private func turn(_ upload: Upload, _ connection: Connection, room: Int) async throws -> [Part] {
        if let fault = upload.fault { throw UploadError.refused(code: fault) }
        let begun = try await api(upload, connection, "/files", upload.request, ["Idempotency-Key": "\"\(upload.id)\""])
        guard begun.isSuccess else {
            if begun.status == 410 { throw UploadError.tryLater(seconds: 1) } // The key begins another.
            throw UploadError.refused(code: begun.code)
        }
        let progress = begun.json
        guard let fileId = progress["id"] as? String else { throw UploadError.tryLater(seconds: nil) }
        let status = progress["status"] as? String
        let received = progress["receivedBytes"] as? Int ?? 0
        guard update(upload.id, { $0.state = .sending; $0.fileId = fileId; $0.sent = received }) else { return [] }
        if status == "infected" { throw UploadError.refused(code: "file_infected") }
        // Available, being scanned, or deleted by the user since: nothing is to be sent.
        guard status == "pending" else { return finish(upload) }
        let target = progress["upload"] as? [String: Any]
        let blockSize = target?["blockSize"] as? Int
        if let target {
            let sent = try hand(upload, connection, target, progress["received"] as? [[Int]] ?? [], room)
            if !sent.isEmpty { return sent }
        }
        // Everything has arrived. Without `upload` it was one PUT whose answer was lost.
        if let fault = upload.fault { throw UploadError.refused(code: fault) }
        let body = blockSize.map { ["blocks": Self.blocks(upload.size, $0)] } ?? [:]
        let answer = try await api(
            upload, connection, "/files/\(fileId)/complete", JSONSerialization.data(withJSONObject: body), [:])
        if answer.isSuccess { return finish(upload) }
        if answer.status == 404 || answer.status == 410 || Self.unfinished.contains(answer.code) {
            throw UploadError.tryLater(seconds: 1)
        }
        throw UploadError.refused(code: answer.code)
    }

    /// Hands over what is missing, as far as there is room for it.
    private func hand(
        _ upload: Upload, _ connection: Connection, _ target: [String: Any], _ received: [[Int]], _ room: Int
    ) throws -> [Part] {
        guard let address = target["url"] as? String, let url = URL(string: address),
              let headers = target["headers"] as? [String: String] else { throw UploadError.tryLater(seconds: nil) }
        guard connection.http.isSafe(url) else { throw UploadError.refused(code: "plain_http") }
        guard let size = target["blockSize"] as? Int else {
            let whole = Part(upload: upload.id, block: nil, bytes: upload.size, copy: nil)
            try connection.transfer.send(whole, of: upload, url: url, headers: headers, offset: 0)
            return [whole]
        }
        guard size > 0, size < 1 << 32, received.allSatisfy({ $0.count == 2 }) else { throw UploadError.tryLater(seconds: nil) }
        var parts: [Part] = []
        var left = room
        for number in 0..<Self.blocks(upload.size, size) where !received.contains(where: { $0[0] <= number && number <= $0[1] }) {
            let part = Part(upload: upload.id, block: number, bytes: min(size, upload.size - number * size), copy: UUID().uuidString)
            if !parts.isEmpty && (left < part.bytes || parts.count >= Self.tasks) { break }
            guard let blockUrl = URL(string: "\(address)&comp=block&blockid=\(Self.blockId(number))") else {
                throw UploadError.tryLater(seconds: nil)
            }
            try connection.transfer.send(part, of: upload, url: blockUrl, headers: headers, offset: number * size)
            parts.append(part)
            left -= part.bytes
        }
        return parts
    }

    private func finish(_ upload: Upload) -> [Part] {
        let isDone = update(upload.id) { $0.state = .done; $0.sent = $0.size; $0.tries = 0 }
        if isDone && upload.deleteAfter { try? FileManager.default.removeItem(at: upload.file) }
        return []
    }

    /// A POST to the service. A token that is not taken is refreshed once.
    private func api(
        _ upload: Upload, _ connection: Connection, _ path: String, _ body: Data, _ headers: [String: String]
    ) async throws -> Answer {
        var token = try await connection.session.accessToken()
        for attempt in 1...2 {
            if Session.subject(token) != upload.user { throw UploadError.signedOut } // Another user has signed in meanwhile.
            let all = headers.merging(["Authorization": "Bearer \(token)", "Content-Type": "application/json"]) { $1 }
            let answer = try await connection.http.send("POST", connection.issuer + path, headers: all, body: body)
            if answer.isPassing || !answer.isOfService { throw answer.later }
            if answer.status != 401 { return answer }
            if attempt == 1 { token = try await connection.session.accessToken(refused: token) }
        }
        throw UploadError.signedOut
    }

    /// Changes an upload that is waiting or being sent; false if it is neither (any more).
    @discardableResult
    private func update(_ id: String, _ change: (inout Upload) -> Void) -> Bool {
        guard let queue = connection?.queue, var upload = queue.find(id), upload.isActive else { return false }
        change(&upload)
        guard (try? queue.write(upload)) != nil else { return false }
        changed?(upload.status)
        return true
    }

    private static let defaults = "latchkey-uploader"
    private static let unfinished: Set = ["upload_missing", "upload_unfinished", "blocks_missing"]

    private static func blocks(_ size: Int, _ blockSize: Int) -> Int { (size + blockSize - 1) / blockSize }

    /// The base64 of the number in eight digits, for a query.
    private static func blockId(_ number: Int) -> String {
        Data(String(format: "%08d", number).utf8).base64EncodedString()
            .addingPercentEncoding(withAllowedCharacters: .alphanumerics) ?? ""
    }
}

/// Asks the system for the half minute that it gives an app which has gone to the background. Its state is the main thread's.
private final class UIApplicationTask: @unchecked Sendable {
    private var identifier = UIBackgroundTaskIdentifier.invalid
    private var isOver = false

    init() {
        Task { await self.begin() }
    }

    func end() async {
        await finish()
    }

    @MainActor private func begin() {
        if isOver { return }
        identifier = UIApplication.shared.beginBackgroundTask { self.finish() }
    }

    @MainActor private func finish() {
        isOver = true
        guard identifier != .invalid else { return }
        UIApplication.shared.endBackgroundTask(identifier)
        identifier = .invalid
    }
}
