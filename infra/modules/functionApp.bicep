// The plan and the app. Flex Consumption: scales to zero, takes no FUNCTIONS_WORKER_RUNTIME setting
// (the runtime is functionAppConfig's) and starts from a package in a container that it reads with its identity.
param name string
param planName string
param location string
param tags object
param instanceMemoryMB int
param alwaysReadyHttp int
param maximumInstances int

@description('Subnet for VNet integration. Empty: none.')
param subnetId string
param origin string
param signingMode string
param tracePercent int
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

@description('SHA-256 of the one-time secret that makes the first operator, or empty.')
@secure()
param operatorSecretHash string

resource identity 'Microsoft.ManagedIdentity/userAssignedIdentities@2024-11-30' existing = {
  name: identityName
}

resource insights 'Microsoft.Insights/components@2020-02-02' existing = {
  name: insightsName
}

resource hostStorage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: hostStorageName
}

resource tableStorage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: tableStorageName
}

resource fileStorage 'Microsoft.Storage/storageAccounts@2024-01-01' existing = {
  name: fileStorageName
}

resource vault 'Microsoft.KeyVault/vaults@2024-11-01' existing = {
  name: vaultName
}

resource plan 'Microsoft.Web/serverfarms@2024-11-01' = {
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
  }
}

resource app 'Microsoft.Web/sites@2024-11-01' = {
  name: name
  location: location
  // azd finds the app of azure.yaml's service by this tag.
  tags: union(tags, { 'azd-service-name': 'api' })
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
    publicNetworkAccess: 'Enabled'
    virtualNetworkSubnetId: empty(subnetId) ? null : subnetId
    functionAppConfig: {
      runtime: {
        name: 'dotnet-isolated'
        version: '10.0'
      }
      scaleAndConcurrency: {
        instanceMemoryMB: instanceMemoryMB
        maximumInstanceCount: maximumInstances
        alwaysReady: alwaysReadyHttp == 0 ? [] : [
          {
            name: 'http'
            instanceCount: alwaysReadyHttp
          }
        ]
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
      appSettings: [
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
          name: 'Latchkey__TracePercent'
          value: '${tracePercent}'
        }
        // The host takes the caller's address from what the platform's front end appends to X-Forwarded-For.
        {
          name: 'ASPNETCORE_FORWARDEDHEADERS_ENABLED'
          value: 'true'
        }
      ]
    }
  }
}

// Deployments come with a token of Microsoft Entra ID, never with the site's own password.
resource noFtpPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'ftp'
  properties: {
    allow: false
  }
}

resource noScmPassword 'Microsoft.Web/sites/basicPublishingCredentialsPolicies@2024-11-01' = {
  parent: app
  name: 'scm'
  properties: {
    allow: false
  }
}

output name string = app.name
output domainVerificationId string = app.properties.customDomainVerificationId
