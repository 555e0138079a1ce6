import Foundation

/// Why an upload does not go on now.
enum UploadError: Error {
    /// The service or storage says "later", or there is no network. The seconds are those of `Retry-After`.
    case tryLater(seconds: Int?)
    /// Refused for good. The code is one of docs/reference/errors.md.
    case refused(code: String)
    /// There are no tokens, or the service no longer takes them: the user has to sign in.
    case signedOut
}

/// An answer of the service; of storage's errors the body is XML and `json` is empty.
struct Answer {
    let status: Int
    let body: Data
    let retryAfter: String?

    var isSuccess: Bool { (200..<300).contains(status) }

    var json: [String: Any] { (try? JSONSerialization.jsonObject(with: body)) as? [String: Any] ?? [:] }

    /// `code` of problem+json (RFC 9457), or `error` of an OAuth error (RFC 6749 section 5.2).
    var code: String { json["code"] as? String ?? json["error"] as? String ?? "http_\(status)" }

    /// True if the service has answered: what it refuses has a code. A proxy's page, or that of a wrong address, has none.
    var isOfService: Bool { isSuccess || json["code"] != nil || json["error"] != nil }

    /// True if the same request may succeed later: RFC 9110 sections 15.5.9 and 15.6, RFC 6585 section 4.
    var isPassing: Bool { status == 408 || status == 429 || status >= 500 }

    /// Seconds of `Retry-After`, at most an hour; a date is not read, because the clocks may differ.
    var later: UploadError {
        let seconds = retryAfter.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) }
        return .tryLater(seconds: seconds.map { min(max($0, 1), 3600) })
    }
}

/// Small requests. It follows no redirect, so that a token goes nowhere else, and keeps no cookie and no answer.
final class Http: NSObject, URLSessionTaskDelegate {
    private let allowLocal: Bool
    private lazy var session: URLSession = {
        let configuration = URLSessionConfiguration.ephemeral
        configuration.timeoutIntervalForRequest = 30
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        return URLSession(configuration: configuration, delegate: self, delegateQueue: nil)
    }()

    /// - Parameter allowLocal: plain http is allowed to addresses of this machine and of a private network, for local development.
    init(allowLocal: Bool) {
        self.allowLocal = allowLocal
    }

    /// - Throws: `UploadError.tryLater` if there is no answer.
    func send(_ method: String, _ address: String, headers: [String: String], body: Data) async throws -> Answer {
        guard let url = URL(string: address), isSafe(url) else { throw UploadError.refused(code: "plain_http") }
        var request = URLRequest(url: url)
        request.httpMethod = method
        request.httpBody = body
        headers.forEach { request.setValue($1, forHTTPHeaderField: $0) }
        do {
            let (data, response) = try await session.data(for: request)
            guard let http = response as? HTTPURLResponse else { throw UploadError.tryLater(seconds: nil) }
            return Answer(status: http.statusCode, body: data, retryAfter: http.value(forHTTPHeaderField: "Retry-After"))
        } catch let error as UploadError {
            throw error
        } catch {
            throw UploadError.tryLater(seconds: nil)
        }
    }

    /// https, or plain http to this machine or a private network (RFC 1918) if the app allows it.
    func isSafe(_ url: URL) -> Bool {
        guard let host = url.host, url.user == nil else { return false }
        if url.scheme == "https" { return true }
        let local = "^(localhost|127([.][0-9]{1,3}){3}|10([.][0-9]{1,3}){3}|192[.]168([.][0-9]{1,3}){2}"
            + "|172[.](1[6-9]|2[0-9]|3[01])([.][0-9]{1,3}){2})$"
        return allowLocal && url.scheme == "http" && host.range(of: local, options: .regularExpression) != nil
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping (URLRequest?) -> Void
    ) {
        completionHandler(nil)
    }
}
