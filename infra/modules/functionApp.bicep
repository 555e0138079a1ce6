// The plan and the app. Flex Consumption: scales to zero, takes no FUNCTIONS_WORKER_RUNTIME setting
// (the runtime is functionAppConfig's) and starts from a package in a container that it reads with its identity.
param name string
param planName string
param location string
param tags object
param instanceMemoryMB int
param alwaysReadyHttp int
param maximumInstances int
param zoneRedundant bool

@description('Requires a client certificate for every request: the app for mutual TLS (docs/operating/mutual-tls.md).')
param clientCertificates bool = false

@description('Subnet for VNet integration. Empty: none.')
param subnetId string
param origin string
param signingMode string

@description('App settings that are chosen, by name. An empty one is left out: then the app\'s default holds.')
param settings object

@description('Id of the Azure Front Door that alone may call the app. Empty: everybody may.')
param frontDoorId string
param identityName string
param insightsName string
param hostStorageName string
param packageContainer string
param tableStorageName string
param fileStorageName string
param vaultName string
param accessTokenKey string
param idTokenKey string
param wrapKey string

@description('Name of the Communication Services resource that sends mail. Empty: none does.')
param communicationName string

@description('Name of the Event Grid topic that events go to. Empty: none.')
param eventGridTopicName string

@description('Name of the Web PubSub that messages go through. Empty: none.')
param webPubSubName string

@description('The email service beside it, of which it takes the sender\'s domain.')
param emailServiceName string

@description('The sender\'s address. Empty, where Communication Services sends: DoNotReply at the domain that Azure gave it.')
param mailFrom string

@description('Name of the secret in the vault that signs in at the mail server. Empty: none.')
param smtpVaultEntry string

@description('SHA-256 of the one-time secret that makes the first operator, or empty.')
@secure()
param operatorSecretHash string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
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

resource communication 'Microsoft.Communication/communicationServices@2026-03-18' existing = if (!empty(communicationName)) {
  name: empty(communicationName) ? 'none' : communicationName
}

resource topic 'Microsoft.EventGrid/topics@2025-02-15' existing = if (!empty(eventGridTopicName)) {
  name: empty(eventGridTopicName) ? 'none' : eventGridTopicName
}

resource webPubSub 'Microsoft.SignalRService/webPubSub@2024-03-01' existing = if (!empty(webPubSubName)) {
  name: empty(webPubSubName) ? 'none' : webPubSubName
}

resource email 'Microsoft.Communication/emailServices@2026-03-18' existing = if (!empty(communicationName)) {
  name: empty(emailServiceName) ? 'none' : emailServiceName

  resource azureDomain 'domains' existing = {
    name: 'AzureManagedDomain'
  }
}

// The Functions host reads a body whole before it calls the app, as one string: about four times the body's size. Measured
// on the worker: one body of 100 MiB at a time takes 596 MB, four take 1,810. So an instance takes 191 MB and each MiB of
// body four more; one of requestBytes (32 MiB) takes 130, and all the requests that an instance may hold at once must fit:
//   512 MB: (512 - 191) / 130 = 2      2,048 MB: 14      4,096 MB: 30
var requestBytes = 33554432
var httpConcurrency = (instanceMemoryMB - 191) / 130

var chosen = map(filter(items(settings), setting => !empty(string(setting.value))), setting => {
  name: setting.key
  value: string(setting.value)
})

resource plan 'Microsoft.Web/serverfarms@2025-03-01' = {
  name: planName
  location: location
  tags: tags
  kind: 'functionapp'
  sku: {
    name: 'FC1'
    tier: 'FlexConsumption'
  }
  properties: {
    reserved: true
    zoneRedundant: zoneRedundant
  }
}

resource app 'Microsoft.Web/sites@2025-03-01' = {
  name: name
  location: location
  // azd finds the app of azure.yaml's service by this tag.
  tags: clientCertificates ? tags : union(tags, { 'azd-service-name': 'api' })
  kind: 'functionapp,linux'
  identity: {
    type: 'UserAssigned'
    userAssignedIdentities: {
      '${identity.id}': {}
    }
  }
  properties: {
    serverFarmId: plan.id
    httpsOnly: true
    clientAffinityEnabled: false
    // Required, never Optional: only then does the front end do the handshake before it writes X-ARR-ClientCert (decision 0059).
    clientCertEnabled: clientCertificates
    clientCertMode: clientCertificates ? 'Required' : null
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    // Who reads the vault for the app settings that refer to it.
    keyVaultReferenceIdentity: identity.id
    functionAppConfig: {
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReadyHttp == 0
          ? []
          : [
              {
                name: 'http'
                instanceCount: alwaysReadyHttp
              }
            ]
        triggers: {
          http: {
            perInstanceConcurrency: httpConcurrency
          }
        }
      }
      deployment: {
        storage: {
          type: 'blobContainer'
          value: '${hostStorage.properties.primaryEndpoints.blob}${packageContainer}'
          authentication: {
            type: 'UserAssignedIdentity'
            userAssignedIdentityResourceId: identity.id
          }
        }
      }
    }
    siteConfig: {
      minTlsVersion: '1.2'
      scmMinTlsVersion: '1.2'
      http20Enabled: true
      // Whoever gets past Front Door could forge the address that it tells.
      ipSecurityRestrictionsDefaultAction: empty(frontDoorId) ? 'Allow' : 'Deny'
      ipSecurityRestrictions: empty(frontDoorId)
        ? []
        : [
            {
              name: 'front-door'
              priority: 100
              action: 'Allow'
              tag: 'ServiceTag'
              ipAddress: 'AzureFrontDoor.Backend'
              headers: {
                'x-azure-fdid': [frontDoorId]
              }
            }
          ]
      appSettings: concat(
        [
          {
            name: 'AzureWebJobsStorage__accountName'
            value: hostStorage.name
          }
          {
            name: 'AzureWebJobsStorage__credential'
            value: 'managedidentity'
          }
          {
            name: 'AzureWebJobsStorage__clientId'
            value: identity.properties.clientId
          }
          {
            name: 'APPLICATIONINSIGHTS_CONNECTION_STRING'
            value: insights.properties.ConnectionString
          }
          {
            name: 'APPLICATIONINSIGHTS_AUTHENTICATION_STRING'
            value: 'ClientId=${identity.properties.clientId};Authorization=AAD'
          }
          // The app sends its log lines itself, with their trace: the host need not send them again.
          {
            name: 'AzureFunctionsJobHost__logging__logLevel__Function'
            value: 'Warning'
          }
          {
            name: 'AZURE_CLIENT_ID'
            value: identity.properties.clientId
          }
          // Azure's own page at / is 150 kB of somebody else's.
          {
            name: 'AzureWebJobsDisableHomepage'
            value: 'true'
          }
          {
            name: 'FUNCTIONS_REQUEST_BODY_SIZE_LIMIT'
            value: '${requestBytes}'
          }
          // The host then takes the caller's address from Azure's front end; without it all callers have one, and the app won't start.
          {
            name: 'ASPNETCORE_FORWARDEDHEADERS_ENABLED'
            value: 'true'
          }
          {
            name: 'Latchkey__Origin'
            value: origin
          }
          {
            name: 'Latchkey__Storage__TableEndpoint'
            value: tableStorage.properties.primaryEndpoints.table
          }
          {
            name: 'Latchkey__Storage__BlobEndpoint'
            value: fileStorage.properties.primaryEndpoints.blob
          }
          // The host's own account: its queue triggers look there (AzureWebJobsStorage).
          {
            name: 'Latchkey__Storage__QueueEndpoint'
            value: hostStorage.properties.primaryEndpoints.queue
          }
          {
            name: 'Latchkey__Signing__Mode'
            value: signingMode
          }
          {
            name: 'Latchkey__Signing__Vault'
            value: vault.properties.vaultUri
          }
          {
            name: 'Latchkey__Signing__AccessTokenKey'
            value: accessTokenKey
          }
          {
            name: 'Latchkey__Signing__IdTokenKey'
            value: idTokenKey
          }
          {
            name: 'Latchkey__Signing__WrapKey'
            value: wrapKey
          }
          // Whoever reads the settings has a hash of random bytes, which is of no use. Gone with the next deployment.
          {
            name: 'Latchkey__OperatorSecretHash'
            value: operatorSecretHash
          }
          {
            name: 'Latchkey__EventGridTopic'
            value: empty(eventGridTopicName) ? '' : topic!.properties.endpoint
          }
          {
            name: 'Latchkey__Messages__Endpoint'
            value: empty(webPubSubName) ? '' : 'https://${webPubSub!.properties.hostName}'
          }
          {
            name: 'Latchkey__Mail__Endpoint'
            value: empty(communicationName) ? '' : 'https://${communication!.properties.hostName}'
          }
          {
            name: 'Latchkey__Mail__From'
            value: !empty(mailFrom) || empty(communicationName)
              ? mailFrom
              : 'DoNotReply@${email::azureDomain!.properties.fromSenderDomain}'
          }
          {
            name: 'Latchkey__Mail__SmtpPassword'
            value: empty(smtpVaultEntry)
              ? ''
              : '@Microsoft.KeyVault(VaultName=${vault.name};SecretName=${smtpVaultEntry})'
          }
        ],
        chosen
      )
    }
  }
}

// Deployments come with a token of Microsoft Entra ID, never with the site's own password.
resource noFtpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource noScmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2025-03-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

output name string = app.name
output domainVerificationId string = app.properties.customDomainVerificationId
