export { Listener } from './listener.js';
export type { ListenOptions, Mqtt, MqttClient } from './listener.js';
export { Messages } from './messages.js';
export type { Message, MessagesPage, NewMessage } from './messages.js';
export { Sealing, sealedType } from './sealing.js';
export type { PublicKey, SealingOptions } from './sealing.js';
