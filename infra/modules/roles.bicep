// What the app's identity may do, each at the narrowest scope at which it still works.
param identityName string
param hostStorageName string
param tableStorageName string
param fileStorageName string
param vaultName string
param keyNames array
param insightsName string

@description('Name of the Communication Services resource that sends mail. Empty: none does.')
param communicationName string

@description('Name of the Event Grid topic that events go to. Empty: none.')
param eventGridTopicName string

@description('Name of the Web PubSub that messages go through. Empty: none.')
param webPubSubName string

@description('Name of the secret in the vault that signs in at the mail server. Empty: none.')
param smtpVaultEntry string

// Built-in roles have the same id in every tenant:
// https://learn.microsoft.com/azure/role-based-access-control/built-in-roles
var storageBlobDataOwner = 'b7e6dc6d-f1e8-4753-8033-0f276bb0955b'
var storageBlobDataContributor = 'ba92f5b4-2d11-453d-a403-e96b0029c9fe'
var storageBlobDelegator = 'db58b8e5-c6ad-4a2a-8342-4190687cbf4a'
var storageQueueDataContributor = '974c5e8b-45b9-4653-ba55-5f855dd0fb88'
var storageTableDataContributor = '0a9a7e1f-b9d0-4cc4-a60d-0319b160aaa3'
var keyVaultCryptoUser = '12338af0-0e69-4776-bea7-57ae8d297424'
var keyVaultSecretsUser = '4633458b-17de-408a-b874-0445c86b69e6'
var communicationAndEmailServiceOwner = '09976791-48a7-449e-bb21-39d1a415f350'
var eventGridDataSender = 'd5a91429-5739-47e2-a06b-3470a27159e7'
var webPubSubServiceOwner = '12cf5a90-567b-43ae-8102-96cf46c7d9b4'
var monitoringMetricsPublisher = '3913510d-42f4-4e42-8a64-420c390055eb'

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource hostStorage 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: hostStorageName
}

resource tableStorage 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: tableStorageName
}

resource fileStorage 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: fileStorageName
}

resource vault 'Microsoft.KeyVault/vaults@2026-05-15' existing = {
  name: vaultName
}

resource keys 'Microsoft.KeyVault/vaults/keys@2026-05-15' existing = [
  for keyName in keyNames: {
    parent: vault
    name: keyName
  }
]

resource smtpPassword 'Microsoft.KeyVault/vaults/secrets@2026-05-15' existing = if (!empty(smtpVaultEntry)) {
  parent: vault
  name: empty(smtpVaultEntry) ? 'none' : smtpVaultEntry
}

resource communication 'Microsoft.Communication/communicationServices@2026-03-18' existing = if (!empty(communicationName)) {
  name: empty(communicationName) ? 'none' : communicationName
}

resource topic 'Microsoft.EventGrid/topics@2025-02-15' existing = if (!empty(eventGridTopicName)) {
  name: empty(eventGridTopicName) ? 'none' : eventGridTopicName
}

resource webPubSub 'Microsoft.SignalRService/webPubSub@2024-03-01' existing = if (!empty(webPubSubName)) {
  name: empty(webPubSubName) ? 'none' : webPubSubName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

// The Functions host asks for Owner of its own account: it takes leases and reads its package.
resource hostBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hostStorage.id, identity.id, storageBlobDataOwner)
  scope: hostStorage
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataOwner)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

// The account, not a queue: the app makes its queues, and the host the one beside each for messages that failed.
resource hostQueues 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(hostStorage.id, identity.id, storageQueueDataContributor)
  scope: hostStorage
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageQueueDataContributor)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

// The account, not a table: tables named by their expiry bucket come and go.
resource tables 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(tableStorage.id, identity.id, storageTableDataContributor)
  scope: tableStorage
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageTableDataContributor)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

// The account, not a container: a tenant's container is made with the tenant.
resource fileBlobs 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(fileStorage.id, identity.id, storageBlobDataContributor)
  scope: fileStorage
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDataContributor)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

// Delegation keys are the account's: this role works at no narrower scope.
resource delegator 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(fileStorage.id, identity.id, storageBlobDelegator)
  scope: fileStorage
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', storageBlobDelegator)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

// Each key by itself, so that a key that somebody else puts into the vault is out of reach.
resource crypto 'Microsoft.Authorization/roleAssignments@2022-04-01' = [
  for (keyName, i) in keyNames: {
    name: guid(vault.id, keyName, identity.id, keyVaultCryptoUser)
    scope: keys[i]
    properties: {
      roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyVaultCryptoUser)
      principalId: identity.properties.principalId
      principalType: 'ServicePrincipal'
    }
  }
]

resource telemetry 'Microsoft.Authorization/roleAssignments@2022-04-01' = {
  name: guid(insights.id, identity.id, monitoringMetricsPublisher)
  scope: insights
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', monitoringMetricsPublisher)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

// This one secret and no other. It is put there beforehand (README, "Mail"): a role on a secret that is not there is refused.
resource smtpSignIn 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(smtpVaultEntry)) {
  name: guid(vault.id, smtpVaultEntry, identity.id, keyVaultSecretsUser)
  scope: smtpPassword
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', keyVaultSecretsUser)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

resource events 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(eventGridTopicName)) {
  name: guid(topic.id, identity.id, eventGridDataSender)
  scope: topic
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', eventGridDataSender)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

// It issues keys, publishes and closes connections; no narrower role may.
resource messages 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(webPubSubName)) {
  name: guid(webPubSub.id, identity.id, webPubSubServiceOwner)
  scope: webPubSub
  properties: {
    roleDefinitionId: subscriptionResourceId('Microsoft.Authorization/roleDefinitions', webPubSubServiceOwner)
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}

// No built-in role may only send.
resource mail 'Microsoft.Authorization/roleAssignments@2022-04-01' = if (!empty(communicationName)) {
  name: guid(communication.id, identity.id, communicationAndEmailServiceOwner)
  scope: communication
  properties: {
    roleDefinitionId: subscriptionResourceId(
      'Microsoft.Authorization/roleDefinitions',
      communicationAndEmailServiceOwner
    )
    principalId: identity.properties.principalId
    principalType: 'ServicePrincipal'
  }
}
