// The tenants' files: CORS for web views, versions and soft delete for accidents, and the rule that ends them.
// The containers, one per tenant, are the app's to make.
param accountName string
param corsOrigins array
param retentionDays int

resource account 'Microsoft.Storage/storageAccounts@2026-06-01' existing = {
  name: accountName
}

resource blobs 'Microsoft.Storage/storageAccounts/blobServices@2026-06-01' = {
  parent: account
  name: 'default'
  properties: {
    isVersioningEnabled: true
    deleteRetentionPolicy: {
      enabled: true
      days: retentionDays
      allowPermanentDelete: false
    }
    containerDeleteRetentionPolicy: {
      enabled: true
      days: retentionDays
    }
    cors: {
      corsRules: [
        {
          allowedOrigins: corsOrigins
          allowedMethods: ['GET', 'HEAD', 'PUT', 'OPTIONS']
          allowedHeaders: ['content-type', 'content-md5', 'range', 'if-match', 'if-none-match', 'x-ms-*']
          exposedHeaders: ['content-length', 'content-md5', 'content-range', 'content-type', 'etag', 'x-ms-*']
          maxAgeInSeconds: 3600
        }
      ]
    }
  }
}

// Only previous versions end here. Base blobs and snapshots never do: a snapshot may be what a file record serves.
// Uncommitted blocks are removed by the service after seven days.
resource lifecycle 'Microsoft.Storage/storageAccounts/managementPolicies@2026-06-01' = {
  parent: account
  name: 'default'
  properties: {
    policy: {
      rules: [
        {
          name: 'end-previous-versions'
          type: 'Lifecycle'
          enabled: true
          definition: {
            filters: {
              blobTypes: ['blockBlob']
            }
            actions: {
              version: {
                delete: {
                  daysAfterCreationGreaterThan: retentionDays
                }
              }
            }
          }
        }
      ]
    }
  }
  // The service refuses a rule on versions while versioning is off.
  dependsOn: [blobs]
}
