// As much of cordova.js as the browser version of cordova-plugin-file-transfer needs: the module loader, and the parts of
// cordova-plugin-file that Chromium has itself (its sandboxed file system).
globalThis.cordova = {
  platformId: 'browser',
  modules: {},
  define(id, factory) {
    this.modules[id] = { factory };
  },
  require(id) {
    const module = this.modules[id];
    if (!module.exports) {
      module.exports = {};
      const near = name => this.require(name.startsWith('./') ? id.slice(0, id.lastIndexOf('.') + 1) + name.slice(2) : name);
      module.factory(near, module.exports, module);
    }
    return module.exports;
  },
};
cordova.define('cordova/argscheck', (require, exports) => { exports.checkArgs = () => {}; });
globalThis.FileUploadResult = class {};
globalThis.resolveLocalFileSystemURL = globalThis.webkitResolveLocalFileSystemURL;
