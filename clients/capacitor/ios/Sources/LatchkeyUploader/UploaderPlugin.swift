import Capacitor
import Foundation

/// The calls of src/definitions.ts.
@objc(LatchkeyUploaderPlugin)
public class UploaderPlugin: CAPPlugin, CAPBridgedPlugin {
    public let identifier = "LatchkeyUploaderPlugin"
    public let jsName = "LatchkeyUploader"
    public let pluginMethods: [CAPPluginMethod] = [
        CAPPluginMethod(name: "configure", returnType: CAPPluginReturnPromise),
        CAPPluginMethod(name: "enqueue", returnType: CAPPluginReturnPromise),
        CAPPluginMethod(name: "pause", returnType: CAPPluginReturnPromise),
        CAPPluginMethod(name: "resume", returnType: CAPPluginReturnPromise),
        CAPPluginMethod(name: "cancel", returnType: CAPPluginReturnPromise),
        CAPPluginMethod(name: "list", returnType: CAPPluginReturnPromise),
        CAPPluginMethod(name: "clear", returnType: CAPPluginReturnPromise),
        CAPPluginMethod(name: "getItem", returnType: CAPPluginReturnPromise),
        CAPPluginMethod(name: "setItem", returnType: CAPPluginReturnPromise),
        CAPPluginMethod(name: "removeItem", returnType: CAPPluginReturnPromise),
        CAPPluginMethod(name: "keys", returnType: CAPPluginReturnPromise)
    ]

    // The Keychain's access group is the app's build setting, not the web view's choice: `plugins.LatchkeyUploader.accessGroup`.
    private var accessGroup: String? { getConfig().getString("accessGroup") }
    private var store: KeychainStore { KeychainStore(accessGroup: accessGroup) }

    override public func load() {
        let changed: ([String: Any]) -> Void = { [weak self] status in self?.notifyListeners("changed", data: status) }
        let signedOut: () -> Void = { [weak self] in self?.notifyListeners("signedOut", data: [:]) }
        Task {
            await Uploader.shared.listen(changed: changed, signedOut: signedOut)
            try? await Uploader.shared.restore()
        }
    }

    @objc func configure(_ call: CAPPluginCall) {
        answer(call) {
            let issuer = try Self.required(call, "issuer")
            let allowLocal = call.getBool("allowLocalHttp", false)
            guard let url = URL(string: issuer), Http(allowLocal: allowLocal).isSafe(url) else {
                throw PluginError("The issuer has to be https.")
            }
            try await Uploader.shared.configure(
                issuer: issuer, clientId: try Self.required(call, "clientId"), allowLocal: allowLocal, accessGroup: self.accessGroup)
            return [:]
        }
    }

    @objc func enqueue(_ call: CAPPluginCall) {
        answer(call) {
            guard let files = call.getArray("files", [String: Any].self) else { throw PluginError("`files` is missing.") }
            let ids = try await Uploader.shared.enqueue(
                files, unmetered: call.getBool("unmetered", false), charging: call.getBool("charging", false))
            return ["ids": ids]
        }
    }

    @objc func pause(_ call: CAPPluginCall) {
        answer(call) {
            try await Uploader.shared.pause(call.getArray("ids", String.self))
            return [:]
        }
    }

    @objc func resume(_ call: CAPPluginCall) {
        answer(call) {
            try await Uploader.shared.resume(call.getArray("ids", String.self))
            return [:]
        }
    }

    @objc func cancel(_ call: CAPPluginCall) {
        answer(call) {
            try await Uploader.shared.cancel(call.getArray("ids", String.self))
            return [:]
        }
    }

    @objc func list(_ call: CAPPluginCall) {
        answer(call) { ["uploads": try await Uploader.shared.list()] }
    }

    @objc func clear(_ call: CAPPluginCall) {
        answer(call) {
            try await Uploader.shared.clear()
            return [:]
        }
    }

    @objc func getItem(_ call: CAPPluginCall) {
        answer(call) {
            let value = try self.store.get(Self.required(call, "key"))
            return ["value": value.map { $0 as Any } ?? NSNull()]
        }
    }

    @objc func setItem(_ call: CAPPluginCall) {
        answer(call) {
            guard let value = call.getString("value") else { throw PluginError("`value` is missing.") }
            try self.store.set(Self.required(call, "key"), value)
            try? await Uploader.shared.restore() // The user may have signed in.
            return [:]
        }
    }

    @objc func removeItem(_ call: CAPPluginCall) {
        answer(call) {
            try self.store.remove(Self.required(call, "key"))
            return [:]
        }
    }

    @objc func keys(_ call: CAPPluginCall) {
        answer(call) { ["keys": try self.store.names()] }
    }

    private static func required(_ call: CAPPluginCall, _ name: String) throws -> String {
        guard let value = call.getString(name), !value.isEmpty else { throw PluginError("`\(name)` is missing.") }
        return value
    }

    private func answer(_ call: CAPPluginCall, _ work: @escaping () async throws -> [String: Any]) {
        Task {
            do {
                call.resolve(try await work())
            } catch {
                call.reject(error.localizedDescription, nil, error)
            }
        }
    }
}
