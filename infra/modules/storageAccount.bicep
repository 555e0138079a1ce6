// One storage account as all of ours are: no account keys, no public containers, TLS 1.2, HTTPS only.
param name string
param location string
param tags object
param sku string

@description('false: reachable through private endpoints only.')
param publicAccess bool

@description('Lets Azure\'s own services in that come with an identity of ours, although the account is closed.')
param azureServices bool = false

@description('What happens to a SAS that spans more than a day: ours live for minutes.')
@allowed(['Log', 'Block'])
param sasExpirationAction string

resource account 'Microsoft.Storage/storageAccounts@2026-06-01' = {
  name: name
  location: location
  tags: tags
  kind: 'StorageV2'
  sku: {
    name: sku
  }
  properties: {
    accessTier: 'Hot'
    // With no account keys, every SAS is a delegation SAS and every caller has an identity.
    allowSharedKeyAccess: false
    defaultToOAuthAuthentication: true
    allowBlobPublicAccess: false
    allowCrossTenantReplication: false
    isLocalUserEnabled: false
    isSftpEnabled: false
    minimumTlsVersion: 'TLS1_2'
    supportsHttpsTrafficOnly: true
    publicNetworkAccess: publicAccess ? 'Enabled' : 'Disabled'
    networkAcls: {
      defaultAction: publicAccess ? 'Allow' : 'Deny'
      bypass: azureServices ? 'AzureServices' : 'None'
    }
    sasPolicy: {
      sasExpirationPeriod: '1.00:00:00'
      expirationAction: sasExpirationAction
    }
  }
}

output blobEndpoint string = account.properties.primaryEndpoints.blob
output queueEndpoint string = account.properties.primaryEndpoints.queue
output tableEndpoint string = account.properties.primaryEndpoints.table
