// The whole of Latchkey in one subscription-level deployment: `az deployment sub create` or `azd up`.
// Resources are plain: nothing is fetched from a module registry. README.md beside this file says how and what it costs.
targetScope = 'subscription'

@description('Names the deployment, e.g. dev or prod. Part of the resource group\'s name; the other names come from its hash.')
@minLength(1)
@maxLength(64)
param environmentName string

@description('Azure region. It must offer Flex Consumption: `az functionapp list-flexconsumption-locations`.')
@metadata({ azd: { type: 'location' } })
param location string

@description('Memory of one function instance in MB. A password hash costs CPU, and CPU comes with memory.')
@allowed([512, 2048, 4096])
param instanceMemoryMB int = 2048

@description('Instances kept warm for HTTP. 0 costs nothing at rest and has cold starts.')
@minValue(0)
@maxValue(20)
param alwaysReadyHttp int = 0

@description('Spreads plan and instances over the region\'s zones; not every region can. The platform then keeps two instances warm at least, and bills them. storageSku must be zone-redundant too.')
param zoneRedundant bool = false

@description('Upper limit of instances: the ceiling of the bill under attack.')
@minValue(1)
@maxValue(1000)
param maximumInstances int = 40

@description('Redundancy of the storage accounts. ZRS survives the loss of one zone; not every region has it.')
@allowed(['Standard_LRS', 'Standard_ZRS', 'Standard_GZRS'])
param storageSku string = 'Standard_LRS'

@description('KeyVault: the vault signs each token. KeyVaultWrapped: keys are made in the app and stored wrapped by a vault key.')
@allowed(['KeyVault', 'KeyVaultWrapped'])
param signingMode string = 'KeyVaultWrapped'

@description('Origins of web views and browsers that put and get file bytes, besides our own, which is always among them. A tenant with its own domain needs https://{domain} here. Storage takes at most 64 per rule.')
@maxLength(63)
param corsOrigins array = [
  'capacitor://localhost'
  'ionic://localhost'
  'http://localhost'
  'https://localhost'
]

@description('Days that deleted or overwritten files can be brought back.')
@minValue(1)
@maxValue(365)
param fileRetentionDays int = 14

@description('Days that logs are kept. 30 are in the price of ingestion.')
@minValue(30)
@maxValue(730)
param logRetentionDays int = 30

@description('GB of logs a day after which ingestion stops until the next day. -1 for no cap.')
param logDailyCapGB int = 1

@description('Of a hundred requests, how many are traced. Metrics, and so the alerts on errors and sign-ins, are always whole.')
@minValue(0)
@maxValue(100)
param tracePercent int = 100

@description('Receives alerts and budget notices. \'\': alerts show in the portal only.')
param alertEmail string

@description('Private endpoints for the tables, the host\'s storage and the vault, and VNet integration for the app.')
param privateNetwork bool = false

@description('Host name of the deployment: one of your own, e.g. login.company.com, bound first to the app, or to Front Door (README, "A domain of your own"), or azurewebsites.net for the name that the app has there. All issuers are below it: it has no default, so that no deployment changes it by forgetting it.')
@minLength(4)
param domain string

@description('Id (a GUID) of the Azure Front Door before the app, or \'\'. With it the app lets nobody else in, takes the caller\'s address from it, and leaves the domain to it.')
param frontDoorId string

@description('Makes a second app, which asks for client certificates (docs/operating/mutual-tls.md). It gets the same package, in a deployment of its own.')
param mutualTls bool = false

@description('GB a month that Defender for Storage may scan for malware on upload. 0: Defender off. With it, tenants can have files scanned before they are available (docs/operating/malware.md).')
@minValue(0)
param malwareScanCapGB int = 0

@description('Where ClamAV listens (clamd), which scans instead of Defender: clamav.internal:3310, in a network that the app is in. Empty: nowhere.')
param clamAvAddress string = ''

@description('The largest file, in bytes, that a tenant with malware scanning may upload: what the scanner takes. 0: the default of each scanner.')
@minValue(0)
@maxValue(200000000000)
param malwareScanMaxBytes int = 0

@description('SHA-256 (hex) of the one-time secret that makes the first operator (README, "The first operator"). Empty: nobody can. The secret itself is never here.')
@secure()
param operatorSecretHash string = ''

@description('Budget a month in the subscription\'s currency. 0: none. It warns; it stops nothing.')
@minValue(0)
param monthlyBudget int = 0

@description('First day of the month in which the budget starts, yyyy-MM-01. By itself it is the month of the deployment: Azure takes no past month for a new budget.')
@minLength(10)
@maxLength(10)
param budgetStart string = utcNow('yyyy-MM-01')

@description('Asks the deployed address every 15 minutes whether it is ready, from outside, and alerts when it is not.')
param probeReadiness bool = false

@description('Makes an Event Grid topic, which the events of all tenants go to (docs/operating/webhooks.md).')
param eventGridTopic bool = false

@description('Makes the Azure Web PubSub that messages go through (docs/operating/messages.md): Free_F1 has 20 connections, Standard_S1 a thousand and a price. Empty: there are no messages.')
@allowed(['', 'Free_F1', 'Standard_S1'])
param messages string = ''

@description('How mail is sent: Azure makes a Communication Services Email resource, Smtp takes a server of yours (README, "Mail"), None means that nobody can reset a password.')
@allowed(['None', 'Azure', 'Smtp'])
param mailMode string

@description('The sender\'s address. Needed for Smtp. For Azure: empty for an address of Azure\'s, or one in a domain that you have verified.')
param mailFrom string = ''

@description('Where Communication Services keeps mail on its way. It can\'t be changed afterwards.')
param mailDataLocation string = 'Europe'

@description('Host name of the mail server; Smtp.')
param mailSmtpHost string = ''

@description('Its port; Smtp.')
@minValue(1)
@maxValue(65535)
param mailSmtpPort int = 587

@description('Who signs in there; Smtp. Its password is the secret smtp-password in the vault. Empty: nobody has to.')
param mailSmtpUser string = ''

@description('Days after which a key of the app\'s own gets a successor.')
@minValue(1)
@maxValue(730)
param signingRotationDays int = 90

@description('Seconds that clients are cached: other instances see a change this late.')
@minValue(0)
@maxValue(300)
param cacheSeconds int = 30

@description('Days that the audit is kept.')
@minValue(1)
@maxValue(3650)
param auditDays int = 365

@description('PBKDF2-HMAC-SHA512 iterations of password hashes.')
@minValue(210000)
@maxValue(10000000)
param passwordIterations int = 210000

@description('So many wrong passwords lock an account for strangers.')
@minValue(2)
@maxValue(100)
param lockoutAccountTries int = 10

@description('So many wrong passwords lock an address.')
@minValue(2)
@maxValue(500)
param lockoutAddressTries int = 100

@description('So many more for each user who has signed in from the address that day.')
@minValue(0)
@maxValue(5)
param lockoutAddressRoom int = 5

@description('Minutes that they are locked.')
@minValue(1)
@maxValue(60)
param lockoutMinutes int = 15

@description('Minutes that an upload URL lives at least; a large file\'s lives longer.')
@minValue(1)
@maxValue(1440)
param uploadUrlMinutes int = 30

@description('Minutes that a download URL lives.')
@minValue(1)
@maxValue(1440)
param downloadUrlMinutes int = 15

@description('The largest file, in bytes; 200 GB at most.')
@minValue(1)
@maxValue(200000000000)
param maxFileBytes int = 5242880000

@description('From this size on, in bytes, a file is sent in blocks unless the caller says otherwise.')
@minValue(1)
@maxValue(5242880000)
param resumableFromBytes int = 67108864

@description('Up to this size, in bytes, complete reads a file back to verify a declared hash.')
@minValue(0)
@maxValue(200000000000)
param verifyBytes int = 268435456

@description('The largest file in a form, in bytes. The host takes no body of more than 32 MiB.')
@minValue(1)
@maxValue(33030144)
param multipartBytes int = 20971520

@description('Days that a deleted file can be restored by its user.')
@minValue(0)
@maxValue(3650)
param trashDays int = 30

@description('https address of an OpenTelemetry collector that gets telemetry too. Empty: none does.')
param otlpEndpoint string = ''

@description('How the collector is spoken to.')
@allowed(['grpc', 'http/protobuf'])
param otlpProtocol string = 'grpc'

// Names differ per subscription, environment and region and by nothing else: Dev is dev, 'West Europe' is westeurope.
var token = uniqueString(subscription().id, toLower(environmentName), toLower(replace(location, ' ', '')))
var names = {
  // In one case only: the names of role assignments come from ids that this name is in.
  resourceGroup: 'rg-${toLower(environmentName)}-latchkey'
  identity: 'id-latchkey-${token}'
  functionApp: 'func-latchkey-${token}'
  plan: 'plan-latchkey-${token}'
  mutualTlsApp: 'func-latchkey-${token}-mtls'
  mutualTlsPlan: 'plan-latchkey-${token}-mtls'
  mutualTlsContainer: 'app-package-mtls'
  hostStorage: 'sthost${token}'
  tableStorage: 'sttables${token}'
  fileStorage: 'stfiles${token}'
  vault: 'kv-${token}'
  workspace: 'log-latchkey-${token}'
  insights: 'appi-latchkey-${token}'
  network: 'vnet-latchkey-${token}'
  alerts: 'latchkey-${token}'
  workbook: 'latchkey-${token}'
  budget: 'budget-latchkey-${token}'
  communication: 'acs-latchkey-${token}'
  eventGridTopic: 'evgt-latchkey-${token}'
  webPubSub: 'wps-latchkey-${token}'
  scanTopic: 'evgt-scan-${token}'
  scanResultsQueue: 'scan-results'
  email: 'mail-latchkey-${token}'
  packageContainer: 'app-package'
  functionsSubnet: 'functions'
  accessTokenKey: 'access-token'
  idTokenKey: 'id-token'
  wrapKey: 'wrap'
  smtpPassword: 'smtp-password'
}
var tags = {
  'azd-env-name': environmentName
  application: 'latchkey'
}
var functionsSubnetId = resourceId(
  subscription().subscriptionId,
  names.resourceGroup,
  'Microsoft.Network/virtualNetworks/subnets',
  names.network,
  names.functionsSubnet
)
// A parameter file that was never edited, and mail that could not be sent, stop the deployment and its what-if.
var ownDomain = endsWith(domain, 'example.com')
  ? fail('Set the parameter domain in your .bicepparam file: your host name, or azurewebsites.net.')
  : domain != 'azurewebsites.net'
var origin = 'https://${ownDomain ? domain : '${names.functionApp}.azurewebsites.net'}'
// Directly at the app: nothing in front of it could pass a client's handshake on.
var mutualTlsOrigin = mutualTls ? 'https://${names.mutualTlsApp}.azurewebsites.net' : ''
var mailByAzure = mailMode == 'Azure'
var mailBySmtp = mailMode == 'Smtp'
var smtpHost = mailBySmtp && (empty(mailSmtpHost) || empty(mailFrom))
  ? fail('mailMode Smtp needs mailSmtpHost and mailFrom.')
  : mailBySmtp ? mailSmtpHost : ''
var communicationName = mailByAzure ? names.communication : ''
var scansByDefender = malwareScanCapGB > 0
var scanMode = scansByDefender && !empty(clamAvAddress)
  ? fail('Set malwareScanCapGB (Defender) or clamAvAddress (ClamAV), not both.')
  : scansByDefender ? 'Defender' : empty(clamAvAddress) ? '' : 'ClamAv'
var scanTopicId = resourceId(
  subscription().subscriptionId,
  names.resourceGroup,
  'Microsoft.EventGrid/topics',
  names.scanTopic
)
var webPubSubName = empty(messages) ? '' : names.webPubSub
var eventGridTopicName = eventGridTopic ? names.eventGridTopic : ''
var smtpVaultEntry = mailBySmtp && !empty(mailSmtpUser) ? names.smtpPassword : ''

// What the table of docs/operating/settings.md calls them. The rest of that table is the app's own surroundings (functionApp.bicep).
var settings = {
  Latchkey__AuditDays: auditDays
  Latchkey__CacheSeconds: cacheSeconds
  Latchkey__Files__DownloadUrlMinutes: downloadUrlMinutes
  Latchkey__Files__MaxBytes: maxFileBytes
  Latchkey__Files__MultipartBytes: multipartBytes
  Latchkey__Files__ResumableFromBytes: resumableFromBytes
  Latchkey__Files__TrashDays: trashDays
  Latchkey__Files__UploadUrlMinutes: uploadUrlMinutes
  Latchkey__Files__VerifyBytes: verifyBytes
  Latchkey__FrontDoorId: frontDoorId
  Latchkey__Lockout__AccountTries: lockoutAccountTries
  Latchkey__Lockout__AddressRoom: lockoutAddressRoom
  Latchkey__Lockout__AddressTries: lockoutAddressTries
  Latchkey__Lockout__Minutes: lockoutMinutes
  Latchkey__Mail__Mode: mailMode
  Latchkey__Mail__SmtpHost: smtpHost
  Latchkey__Mail__SmtpPort: mailBySmtp ? string(mailSmtpPort) : ''
  Latchkey__Mail__SmtpUser: mailBySmtp ? mailSmtpUser : ''
  Latchkey__MutualTls__Origin: mutualTlsOrigin
  Latchkey__PasswordIterations: passwordIterations
  Latchkey__Scan__Address: clamAvAddress
  Latchkey__Scan__MaxBytes: malwareScanMaxBytes == 0 ? '' : string(malwareScanMaxBytes)
  Latchkey__Scan__Mode: scanMode
  Latchkey__Scan__Topic: scansByDefender ? scanTopicId : ''
  Latchkey__Signing__RotationDays: signingRotationDays
  Latchkey__TracePercent: tracePercent
  OTEL_EXPORTER_OTLP_ENDPOINT: otlpEndpoint
  OTEL_EXPORTER_OTLP_PROTOCOL: empty(otlpEndpoint) ? '' : otlpProtocol
}

resource group 'Microsoft.Resources/resourceGroups@2025-04-01' = {
  name: names.resourceGroup
  location: location
  tags: tags
}

// Modules are given names, not each other's outputs, and say what they depend on: what-if can look into a nested
// deployment only while its parameters are known beforehand.
module identity 'modules/identity.bicep' = {
  name: 'identity'
  scope: group
  params: {
    name: names.identity
    location: location
    tags: tags
  }
}

module monitoring 'modules/monitoring.bicep' = {
  name: 'monitoring'
  scope: group
  params: {
    workspaceName: names.workspace
    insightsName: names.insights
    location: location
    tags: tags
    retentionDays: logRetentionDays
    dailyCapGB: logDailyCapGB
  }
}

// The host's own: leases, timer state, queues, the deployed package. Of tenants nothing but ids is in it.
module hostStorage 'modules/storageAccount.bicep' = {
  name: 'host-storage'
  scope: group
  params: {
    name: names.hostStorage
    location: location
    tags: tags
    sku: storageSku
    publicAccess: !privateNetwork
    // Event Grid brings Defender's results into a queue there.
    azureServices: scansByDefender
    // The platform may read the package through a SAS of its own making.
    sasExpirationAction: 'Log'
  }
}

// Tenants, clients, users, sessions, file records. An account of its own, so that it can be closed to the internet
// while the files' account, which devices talk to directly, stays open.
module tableStorage 'modules/storageAccount.bicep' = {
  name: 'table-storage'
  scope: group
  params: {
    name: names.tableStorage
    location: location
    tags: tags
    sku: storageSku
    publicAccess: !privateNetwork
    sasExpirationAction: 'Block'
  }
}

module fileStorage 'modules/storageAccount.bicep' = {
  name: 'file-storage'
  scope: group
  params: {
    name: names.fileStorage
    location: location
    tags: tags
    sku: storageSku
    publicAccess: true
    sasExpirationAction: 'Block'
  }
}

module files 'modules/files.bicep' = {
  name: 'files'
  scope: group
  params: {
    accountName: names.fileStorage
    // The page my-files comes from our own origin.
    corsOrigins: concat(corsOrigins, [origin])
    retentionDays: fileRetentionDays
  }
  dependsOn: [fileStorage]
}

module package 'modules/package.bicep' = {
  name: 'package'
  scope: group
  params: {
    accountName: names.hostStorage
    containerName: names.packageContainer
  }
  dependsOn: [hostStorage]
}

module keyVault 'modules/keyVault.bicep' = {
  name: 'key-vault'
  scope: group
  params: {
    name: names.vault
    location: location
    tags: tags
    publicAccess: !privateNetwork
    accessTokenKey: names.accessTokenKey
    idTokenKey: names.idTokenKey
    wrapKey: names.wrapKey
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  name: 'network'
  scope: group
  params: {
    name: names.network
    functionsSubnet: names.functionsSubnet
    location: location
    tags: tags
    hostStorageName: names.hostStorage
    tableStorageName: names.tableStorage
    vaultName: names.vault
  }
  dependsOn: [hostStorage, tableStorage, keyVault]
}

module mail 'modules/mail.bicep' = if (mailByAzure) {
  name: 'mail'
  scope: group
  params: {
    emailServiceName: names.email
    communicationName: names.communication
    tags: tags
    dataLocation: mailDataLocation
    domainName: empty(mailFrom) ? '' : last(split(mailFrom, '@'))
    senderName: empty(mailFrom) ? 'DoNotReply' : first(split(mailFrom, '@'))
  }
}

module eventGrid 'modules/eventGrid.bicep' = if (eventGridTopic) {
  name: 'event-grid'
  scope: group
  params: {
    name: names.eventGridTopic
    location: location
    tags: tags
  }
}

module webPubSub 'modules/webPubSub.bicep' = if (!empty(messages)) {
  name: 'web-pubsub'
  scope: group
  params: {
    name: names.webPubSub
    location: location
    tags: tags
    sku: messages == 'Standard_S1' ? 'Standard_S1' : 'Free_F1'
    workspaceName: names.workspace
  }
  dependsOn: [monitoring]
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  scope: group
  params: {
    identityName: names.identity
    hostStorageName: names.hostStorage
    tableStorageName: names.tableStorage
    fileStorageName: names.fileStorage
    vaultName: names.vault
    keyNames: [names.accessTokenKey, names.idTokenKey, names.wrapKey]
    insightsName: names.insights
    communicationName: communicationName
    eventGridTopicName: eventGridTopicName
    webPubSubName: webPubSubName
    smtpVaultEntry: smtpVaultEntry
  }
  dependsOn: [identity, hostStorage, tableStorage, fileStorage, keyVault, monitoring, mail, eventGrid, webPubSub]
}

module functionApp 'modules/functionApp.bicep' = {
  name: 'function-app'
  scope: group
  params: {
    name: names.functionApp
    planName: names.plan
    location: location
    tags: tags
    instanceMemoryMB: instanceMemoryMB
    alwaysReadyHttp: alwaysReadyHttp
    maximumInstances: maximumInstances
    zoneRedundant: zoneRedundant
    subnetId: privateNetwork ? functionsSubnetId : ''
    origin: origin
    signingMode: signingMode
    settings: settings
    frontDoorId: frontDoorId
    identityName: names.identity
    insightsName: names.insights
    hostStorageName: names.hostStorage
    packageContainer: names.packageContainer
    tableStorageName: names.tableStorage
    fileStorageName: names.fileStorage
    vaultName: names.vault
    accessTokenKey: names.accessTokenKey
    idTokenKey: names.idTokenKey
    wrapKey: names.wrapKey
    communicationName: communicationName
    eventGridTopicName: eventGridTopicName
    webPubSubName: webPubSubName
    emailServiceName: mailByAzure ? names.email : ''
    mailFrom: mailFrom
    smtpVaultEntry: smtpVaultEntry
    operatorSecretHash: operatorSecretHash
  }
  // An app that starts before it may read its storage, or before the private names resolve, comes up broken and
  // stays so until the next restart. The rest comes with the roles.
  dependsOn: [roles, files, package, network]
}

module mutualTlsPackage 'modules/package.bicep' = if (mutualTls) {
  name: 'mutual-tls-package'
  scope: group
  params: {
    accountName: names.hostStorage
    containerName: names.mutualTlsContainer
  }
  dependsOn: [hostStorage]
}

module mutualTlsApp 'modules/functionApp.bicep' = if (mutualTls) {
  name: 'mutual-tls-app'
  scope: group
  params: {
    name: names.mutualTlsApp
    planName: names.mutualTlsPlan
    location: location
    tags: tags
    clientCertificates: true
    instanceMemoryMB: instanceMemoryMB
    alwaysReadyHttp: alwaysReadyHttp
    maximumInstances: maximumInstances
    zoneRedundant: zoneRedundant
    subnetId: privateNetwork ? functionsSubnetId : ''
    origin: origin
    signingMode: signingMode
    // It has no Front Door, so nobody may pass for it.
    settings: union(settings, { Latchkey__MutualTls__FromPlatform: true, Latchkey__FrontDoorId: '' })
    frontDoorId: ''
    identityName: names.identity
    insightsName: names.insights
    hostStorageName: names.hostStorage
    packageContainer: names.mutualTlsContainer
    tableStorageName: names.tableStorage
    fileStorageName: names.fileStorage
    vaultName: names.vault
    accessTokenKey: names.accessTokenKey
    idTokenKey: names.idTokenKey
    wrapKey: names.wrapKey
    communicationName: communicationName
    eventGridTopicName: eventGridTopicName
    webPubSubName: webPubSubName
    emailServiceName: mailByAzure ? names.email : ''
    mailFrom: mailFrom
    smtpVaultEntry: smtpVaultEntry
    operatorSecretHash: ''
  }
  dependsOn: [roles, files, mutualTlsPackage, network]
}

module hostName 'modules/customDomain.bicep' = if (ownDomain && empty(frontDoorId)) {
  name: 'custom-domain'
  scope: group
  params: {
    functionAppName: names.functionApp
    hostName: domain
    location: location
    tags: tags
  }
  dependsOn: [functionApp]
}

module diagnostics 'modules/diagnostics.bicep' = {
  name: 'diagnostics'
  scope: group
  params: {
    workspaceName: names.workspace
    vaultName: names.vault
    fileStorageName: names.fileStorage
    tableStorageName: names.tableStorage
    functionAppName: names.functionApp
  }
  dependsOn: [functionApp]
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    prefix: names.alerts
    location: location
    tags: tags
    email: alertEmail
    workspaceName: names.workspace
    insightsName: names.insights
    vaultName: names.vault
    storageNames: [names.hostStorage, names.tableStorage, names.fileStorage]
    readyAddress: '${origin}/health/ready'
    probeReadiness: probeReadiness
  }
  dependsOn: [monitoring, keyVault, hostStorage, tableStorage, fileStorage]
}

module workbook 'modules/workbook.bicep' = {
  name: 'workbook'
  scope: group
  params: {
    name: names.workbook
    location: location
    tags: tags
    workspaceName: names.workspace
  }
  dependsOn: [monitoring]
}

module defender 'modules/defender.bicep' = if (scansByDefender) {
  name: 'defender'
  scope: group
  params: {
    accountName: names.fileStorage
    capGBPerMonth: malwareScanCapGB
    topicName: names.scanTopic
    queueName: names.scanResultsQueue
    hostStorageName: names.hostStorage
    identityName: names.identity
    location: location
    tags: tags
  }
  // Event Grid tries its way into the queue at once, so the identity must have its roles.
  dependsOn: [fileStorage, hostStorage, roles]
}

module budget 'modules/budget.bicep' = if (monthlyBudget > 0) {
  name: 'budget'
  scope: group
  params: {
    name: names.budget
    amount: monthlyBudget
    startDate: budgetStart
    email: alertEmail
  }
}

// azd writes outputs into its environment and deploy.yml reads them: hence the shape of their names.
output AZURE_RESOURCE_GROUP string = group.name
output AZURE_FUNCTION_APP string = functionApp.outputs.name
output MUTUAL_TLS_FUNCTION_APP string = mutualTls ? names.mutualTlsApp : ''
output AZURE_CLIENT_ID string = identity.outputs.clientId
output CUSTOM_DOMAIN_VERIFICATION_ID string = functionApp.outputs.domainVerificationId
output LATCHKEY_ORIGIN string = origin
output LATCHKEY_STORAGE_TABLE_ENDPOINT string = tableStorage.outputs.tableEndpoint
output LATCHKEY_STORAGE_QUEUE_ENDPOINT string = hostStorage.outputs.queueEndpoint
output LATCHKEY_STORAGE_BLOB_ENDPOINT string = fileStorage.outputs.blobEndpoint
output LATCHKEY_SIGNING_MODE string = signingMode
output LATCHKEY_SIGNING_VAULT string = keyVault.outputs.uri
output LATCHKEY_SIGNING_ACCESS_TOKEN_KEY string = names.accessTokenKey
output LATCHKEY_SIGNING_ID_TOKEN_KEY string = names.idTokenKey
output LATCHKEY_SIGNING_WRAP_KEY string = names.wrapKey
