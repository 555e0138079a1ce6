import Foundation

/// What a background task sends: `taskDescription` holds it, because it outlives the process.
struct Part: Codable {
    let upload: String
    /// Of the block; nil: the whole file in one PUT.
    let block: Int?
    let bytes: Int
    /// The copy of the block's bytes, relative to the folder of the copies; a background task takes only files.
    let copy: String?
}

/// The background URLSessions: one for what is to be sent now, one for what waits until the system finds it convenient. They follow
/// redirects by themselves, without asking the delegate; no token is in their requests.
final class Transfer: NSObject, URLSessionDataDelegate {
    /// A task has ended: true if storage took the bytes.
    var ended: ((Part, Bool) -> Void)?
    /// Bytes of a part that have been sent.
    var progressed: ((Part, Int) -> Void)?
    /// The system has handed over everything of a session.
    var delivered: ((String) -> Void)?

    static let identifiers = ["latchkey-uploads", "latchkey-uploads-convenient"]
    private let copies: URL
    private lazy var sessions: [URLSession] = Transfer.identifiers.enumerated().map { number, identifier in
        let configuration = URLSessionConfiguration.background(withIdentifier: identifier)
        configuration.isDiscretionary = number == 1
        configuration.sessionSendsLaunchEvents = true
        configuration.httpShouldSetCookies = false
        configuration.timeoutIntervalForResource = 24 * 60 * 60
        return URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
    }

    init(copies: URL) throws {
        self.copies = copies
        super.init()
        try FileManager.default.createDirectory(at: copies, withIntermediateDirectories: true)
    }

    /// Connects to the system's sessions: from then on it hands over what has happened.
    func open() {
        _ = sessions
    }

    /// What is being sent, also from before the app was ended.
    func parts() async -> [(part: Part, task: URLSessionTask)] {
        var all: [(part: Part, task: URLSessionTask)] = []
        for session in sessions {
            for task in await session.allTasks where task.state == .running || task.state == .suspended {
                if let part = Self.part(of: task) { all.append((part: part, task: task)) }
            }
        }
        return all
    }

    /// Hands a part to the system.
    func send(_ part: Part, of upload: Upload, url: URL, headers: [String: String], offset: Int) throws {
        var request = URLRequest(url: url)
        request.httpMethod = "PUT"
        headers.forEach { request.setValue($1, forHTTPHeaderField: $0) }
        request.allowsExpensiveNetworkAccess = !upload.unmetered
        request.allowsConstrainedNetworkAccess = !upload.unmetered
        let source: URL
        if let copy = part.copy {
            source = copies.appendingPathComponent(copy)
            let handle = try FileHandle(forReadingFrom: upload.file)
            defer { try? handle.close() }
            try handle.seek(toOffset: UInt64(offset))
            let bytes = try handle.read(upToCount: part.bytes) ?? Data()
            guard bytes.count == part.bytes else { throw UploadError.refused(code: "file_changed") }
            try bytes.write(to: source, options: .completeFileProtectionUntilFirstUserAuthentication)
        } else {
            source = upload.file
        }
        let task = sessions[upload.charging ? 1 : 0].uploadTask(with: request, fromFile: source)
        task.taskDescription = String(decoding: try JSONEncoder().encode(part), as: UTF8.self)
        task.countOfBytesClientExpectsToSend = Int64(part.bytes)
        task.resume()
    }

    /// Deletes the copies that no task uses: those of a process that died between the copy and the task.
    func sweep(_ used: [Part]) {
        let names = Set(used.compactMap(\.copy))
        for file in (try? FileManager.default.contentsOfDirectory(at: copies, includingPropertiesForKeys: nil)) ?? []
        where !names.contains(file.lastPathComponent) {
            try? FileManager.default.removeItem(at: file)
        }
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: Error?) {
        guard let part = Self.part(of: task) else { return }
        if let copy = part.copy { try? FileManager.default.removeItem(at: copies.appendingPathComponent(copy)) }
        let status = (task.response as? HTTPURLResponse)?.statusCode ?? 0
        ended?(part, error == nil && (200..<300).contains(status))
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didSendBodyData bytesSent: Int64, totalBytesSent: Int64,
        totalBytesExpectedToSend: Int64
    ) {
        if let part = Self.part(of: task) { progressed?(part, Int(totalBytesSent)) }
    }

    func urlSessionDidFinishEvents(forBackgroundURLSession session: URLSession) {
        if let identifier = session.configuration.identifier { delivered?(identifier) }
    }

    private static func part(of task: URLSessionTask) -> Part? {
        task.taskDescription.flatMap { try? JSONDecoder().decode(Part.self, from: Data($0.utf8)) }
    }
}
