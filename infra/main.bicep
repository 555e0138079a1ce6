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

@description('Origins of web views and browsers that put and get file bytes. Storage takes at most 64 per rule.')
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

@description('Receives alerts and budget notices. Empty: alerts show in the portal only.')
param alertEmail string = ''

@description('Private endpoints for the tables, the host\'s storage and the vault, and VNet integration for the app.')
param privateNetwork bool = false

@description('Host name of the deployment, e.g. login.example.com. Bind it to the app first (README, "A domain of your own").')
param customDomain string = ''

@description('GB a month that Defender for Storage may scan for malware on upload. 0: Defender off.')
@minValue(0)
param malwareScanCapGB int = 0

@description('Budget a month in the subscription\'s currency. 0: none. It warns; it stops nothing.')
@minValue(0)
param monthlyBudget int = 0

@description('First day of the month in which the budget starts, yyyy-MM-01. It must stay the same afterwards.')
param budgetStart string = ''

// Names differ per subscription, environment and region and by nothing else: Dev is dev, 'West Europe' is westeurope.
var token = uniqueString(subscription().id, toLower(environmentName), toLower(replace(location, ' ', '')))
var names = {
  resourceGroup: 'rg-${environmentName}-latchkey'
  identity: 'id-latchkey-${token}'
  functionApp: 'func-latchkey-${token}'
  plan: 'plan-latchkey-${token}'
  hostStorage: 'sthost${token}'
  tableStorage: 'sttables${token}'
  fileStorage: 'stfiles${token}'
  vault: 'kv-${token}'
  workspace: 'log-latchkey-${token}'
  insights: 'appi-latchkey-${token}'
  network: 'vnet-latchkey-${token}'
  alerts: 'latchkey-${token}'
  budget: 'budget-latchkey-${token}'
}
var tags = {
  'azd-env-name': environmentName
  application: 'latchkey'
}
var origin = 'https://${empty(customDomain) ? '${names.functionApp}.azurewebsites.net' : customDomain}'

resource group 'Microsoft.Resources/resourceGroups@2024-11-01' = {
  name: names.resourceGroup
  location: location
  tags: tags
}

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

// The host's own: leases, timer state, the deployed package. Nothing of a tenant is in it.
module hostStorage 'modules/storageAccount.bicep' = {
  name: 'host-storage'
  scope: group
  params: {
    name: names.hostStorage
    location: location
    tags: tags
    sku: storageSku
    publicAccess: !privateNetwork
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
    accountName: fileStorage.outputs.name
    corsOrigins: corsOrigins
    retentionDays: fileRetentionDays
  }
}

module package 'modules/package.bicep' = {
  name: 'package'
  scope: group
  params: {
    accountName: hostStorage.outputs.name
  }
}

module keyVault 'modules/keyVault.bicep' = {
  name: 'key-vault'
  scope: group
  params: {
    name: names.vault
    location: location
    tags: tags
    publicAccess: !privateNetwork
  }
}

module network 'modules/network.bicep' = if (privateNetwork) {
  name: 'network'
  scope: group
  params: {
    name: names.network
    location: location
    tags: tags
    hostStorageName: hostStorage.outputs.name
    tableStorageName: tableStorage.outputs.name
    vaultName: keyVault.outputs.name
  }
}

module roles 'modules/roles.bicep' = {
  name: 'roles'
  scope: group
  params: {
    principalId: identity.outputs.principalId
    hostStorageName: hostStorage.outputs.name
    tableStorageName: tableStorage.outputs.name
    fileStorageName: fileStorage.outputs.name
    vaultName: keyVault.outputs.name
    keyNames: keyVault.outputs.keyNames
    insightsName: monitoring.outputs.insightsName
  }
}

module functionApp 'modules/functionApp.bicep' = {
  name: 'function-app'
  scope: group
  params: {
    name: names.functionApp
    planName: names.plan
    location: location
    tags: tags
    identityId: identity.outputs.id
    identityClientId: identity.outputs.clientId
    instanceMemoryMB: instanceMemoryMB
    alwaysReadyHttp: alwaysReadyHttp
    maximumInstances: maximumInstances
    hostStorageName: hostStorage.outputs.name
    packageUrl: package.outputs.url
    subnetId: privateNetwork ? network!.outputs.functionsSubnetId : ''
    insightsConnectionString: monitoring.outputs.insightsConnectionString
    origin: origin
    tableEndpoint: tableStorage.outputs.tableEndpoint
    blobEndpoint: fileStorage.outputs.blobEndpoint
    signingMode: signingMode
    vaultUri: keyVault.outputs.uri
    accessTokenKey: keyVault.outputs.accessTokenKey
    idTokenKey: keyVault.outputs.idTokenKey
    wrapKey: keyVault.outputs.wrapKey
  }
  // An app that starts before it may read its storage comes up broken and stays so until the next restart.
  dependsOn: [roles, files]
}

module domain 'modules/customDomain.bicep' = if (!empty(customDomain)) {
  name: 'custom-domain'
  scope: group
  params: {
    functionAppName: functionApp.outputs.name
    hostName: customDomain
    location: location
    tags: tags
  }
}

module diagnostics 'modules/diagnostics.bicep' = {
  name: 'diagnostics'
  scope: group
  params: {
    workspaceId: monitoring.outputs.workspaceId
    vaultName: keyVault.outputs.name
    fileStorageName: fileStorage.outputs.name
    tableStorageName: tableStorage.outputs.name
    functionAppName: functionApp.outputs.name
  }
}

module alerts 'modules/alerts.bicep' = {
  name: 'alerts'
  scope: group
  params: {
    prefix: names.alerts
    location: location
    tags: tags
    email: alertEmail
    workspaceId: monitoring.outputs.workspaceId
    vaultId: keyVault.outputs.id
  }
}

module defender 'modules/defender.bicep' = if (malwareScanCapGB > 0) {
  name: 'defender'
  scope: group
  params: {
    accountName: fileStorage.outputs.name
    capGBPerMonth: malwareScanCapGB
  }
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
output AZURE_CLIENT_ID string = identity.outputs.clientId
output CUSTOM_DOMAIN_VERIFICATION_ID string = functionApp.outputs.domainVerificationId
output LATCHKEY_ORIGIN string = origin
output LATCHKEY_STORAGE_TABLE_ENDPOINT string = tableStorage.outputs.tableEndpoint
output LATCHKEY_STORAGE_BLOB_ENDPOINT string = fileStorage.outputs.blobEndpoint
output LATCHKEY_SIGNING_MODE string = signingMode
output LATCHKEY_SIGNING_VAULT string = keyVault.outputs.uri
output LATCHKEY_SIGNING_ACCESS_TOKEN_KEY string = keyVault.outputs.accessTokenKey
output LATCHKEY_SIGNING_ID_TOKEN_KEY string = keyVault.outputs.idTokenKey
output LATCHKEY_SIGNING_WRAP_KEY string = keyVault.outputs.wrapKey
